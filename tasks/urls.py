"""One canonical spelling for the URL of an article.

The canonical URL enters the identity of an article, so these rules are frozen: a change of any of
them needs a new `CANONICAL_VERSION` and a migration. For the same reason nothing here depends on a
library whose answers change with its version: the splitting is our own, the percent-encoding
follows RFC 3986, and host names use the codec "idna" of the standard library, which is fixed to
RFC 3490 and Unicode 3.2 (IDNA 2008 libraries follow the newest Unicode).

In this order: blanks at the ends, tabs and line breaks go; "\\" counts as "/"; scheme and host in
lower case, the host in ASCII (IDNA) without a dot at its end; no user name or password; no default
port; no fragment but "#!..."; percent-encoding as RFC 3986 section 6.2.2 (unreserved characters
bare, hex digits upper case, everything outside ASCII as UTF-8); no session in the path; no dot
segments; no tracking or empty parameters, the others in their order.

Trailing slash: an empty path becomes "/", every other path loses the slashes at its end. Sites
redirect one spelling to the other; two articles that differ in it alone are unknown.

http and https, with and without "www.", stay different: whether both answer is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

CANONICAL_VERSION = 1

# Apache's LimitRequestLine is 8190 bytes: a longer "URL" could not have been asked for.
_LONGEST = 8190

# Parameters that say how a reader came to the page, never which page it is. Doubtful names that
# some sites use for content (ref, source, from, cid, mod, id) are left alone on purpose.
_TRACKING_PREFIXES: tuple[str, ...] = (
    "utm_",  # Urchin, Google Analytics
    "mtm_",  # Matomo
    "at_",  # AT Internet (BBC, Le Monde), which lets a site invent further names
)
_TRACKING: frozenset[str] = frozenset(
    (
        *("fbclid", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source"),  # Facebook
        *("igshid", "igsh", "mibextid"),  # Instagram, Facebook's applications
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "_ga", "_gl"),  # Google
        *("msclkid", "ocid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id"),  # other adverts
        *("pk_campaign", "pk_cid", "pk_content", "pk_kwd", "pk_medium", "pk_source"),  # Piwik
        *("ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel", "ns_source"),  # Comscore (BBC)
        *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "vero_id"),  # mailings
        *("oly_anon_id", "oly_enc_id"),  # mailings of Omeda
        *("ref_src", "ref_url", "__twitter_impression"),  # Twitter
        *("xtor", "xtref", "wt_mc", "wt_zmc", "s_cid", "cmpid", "cmp", "icid"),  # campaigns
        *("guccounter", "guce_referrer", "guce_referrer_sig", "soc_src", "soc_trk"),  # Yahoo
        *("smid", "smtyp", "reflink", "ito", "spm"),  # NYT, WSJ, Daily Mail, Alibaba
        *("phpsessid", "jsessionid", "aspsessionid"),  # sessions of a server
    )
)

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE)
# A name without a dot ("http://https://...", "http://tba") is no public site.
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|\[[0-9a-f:.]+\]|localhost")
_PORT = re.compile(r":([0-9]{0,5})\Z")
_DROPPED_IN_URLS = str.maketrans("", "", "\t\r\n")  # as browsers do (WHATWG URL)
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_BARE = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*")  # nothing to escape: most paths
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?|[^A-Za-z0-9._~!$&'()*+,;=:@/?-]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65_535


@lru_cache(maxsize=64)  # one article asks several times for the same few
def canonical(url: str) -> str | None:
    """Return the canonical spelling of an absolute http(s) URL, or None for anything else."""
    text = url.strip().translate(_DROPPED_IN_URLS)
    if len(text) > _LONGEST or text[:4].lower() != "http":
        return None
    found = _PARTS.fullmatch(text.replace("\\/", "/").replace("\\", "/"))
    if found is None:
        return None
    scheme = found[1].lower()
    try:
        site = _site(scheme, found[2])
        path, query = _path(found[3]), _query(found[4] or "")
        state = _state(found[5] or "")
    except UnicodeError:  # no IDNA name, or a lone surrogate
        return None
    if site is None:
        return None
    return f"{scheme}://{site}{path}{query}{state}"


def _site(scheme: str, authority: str) -> str | None:
    """Return host and port of `authority`, or None if they are none. Raises UnicodeError."""
    host, port = authority.rpartition("@")[2], ""
    found = _PORT.search(host)
    if found:
        host = host[: found.start()]
        port = found[1]
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower().removesuffix(".")
    if not _HOST.fullmatch(host) or int(port or 0) > _LARGEST_PORT:
        return None
    if not port or int(port) == _DEFAULT_PORTS[scheme]:
        return host
    return f"{host}:{int(port)}"


def _path(raw: str) -> str:
    path = _SESSION.sub("", _escaped(raw)) if ";" in raw else _escaped(raw)
    if "/." in path:
        path = "/" + "/".join(_without_dots(path[1:].split("/")))
    return path.rstrip("/") or "/"


def _without_dots(segments: Iterable[str]) -> list[str]:
    """Resolve "." and ".." as RFC 3986 section 5.2.4 does."""
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return kept


def _query(raw: str) -> str:
    """Return "?" and the parameters that say which page it is, or nothing.

    "&amp;" left over from HTML counts as "&".
    """
    kept = []
    for piece in _escaped(raw).split("&") if raw else ():
        while piece.startswith("amp;"):
            piece = piece[4:]
        if piece and not _is_tracking(piece.partition("=")[0].lower()):
            kept.append(piece)
    return "?" + "&".join(kept) if kept else ""


def _state(fragment: str) -> str:
    """Return a fragment that names the page: "#!/news/1" of Google's AJAX crawling scheme.

    Sites of 2009 to 2018 kept all their articles behind it, at the address of the home page.
    """
    named = _escaped(fragment).rstrip("/")
    return f"#{named}" if named.startswith("!") and named != "!" else ""


def _is_tracking(name: str) -> bool:
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _escaped(raw: str) -> str:
    return raw if _BARE.fullmatch(raw) else _ESCAPE.sub(_escape, raw)


def _escape(found: re.Match[str]) -> str:
    text = found[0]
    if found[1]:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else text.upper()
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8"))
