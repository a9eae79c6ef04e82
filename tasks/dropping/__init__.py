"""Articles go for good: removed by hand, or with all that one run wrote.

    what is asked -> plan (nothing is written) -> one commit that hides the rows
    -> copies promoted, groups made anew -> rows taken out of the files

After the first commit readers see none of it. Whatever is killed later is finished by the next
call, or by `copydesk maintain`. A document of another run that was a copy of what goes is a copy no
longer: its row of the ledger is open again, and it is read anew from its kept bytes.
"""
