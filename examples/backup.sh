#!/bin/sh
# Copies a warehouse, also while an ingest writes to it:
#
#     sh examples/backup.sh WAREHOUSE COPY [--link]
#
# COPY is a folder that does not exist yet. It becomes a warehouse of its own, to be asked where it
# lies or to be put back. --link makes it of hard links: on the same disk that takes no time and no
# space, and whatever makes your backups can then copy it at leisure.
#
# The order makes it safe. A commit names versions of tables, the log of a table names data files;
# each is written after what it names, and never changes. So what names is copied before what it
# names. Left out are the catalog (it names the place where it lies, and is made anew), hints in the
# logs, locks, and files that are still being written. A file that `copydesk maintain` removes
# meanwhile ends this with an error: make the copy again then.
set -eu

from=$1
mkdir "$2"
copy=$(cd "$2" && pwd)
link=${3:-}
cd "$from"

take() { # copies the files that `find` finds
    find "$@" -type f -exec cp --archive $link --parents --target-directory="$copy" {} +
}

take commits/_delta_log -name '[0-9]*' '(' -name '*.json' -o -name '*.parquet' ')'
for log in */_delta_log; do
    [ "$log" = commits/_delta_log ] ||
        take "$log" -name '[0-9]*' '(' -name '*.json' -o -name '*.parquet' ')'
done
take . -name '[!.]*.parquet' ! -path '*/_delta_log/*'
[ ! -e horizon.json ] || cp --archive $link horizon.json "$copy"
