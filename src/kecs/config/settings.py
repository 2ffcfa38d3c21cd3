"""Every setting of an installation, read from the environment or from kecs.env in its var folder.

`kecs check --deploy` (and the start of every production process) refuses unsafe combinations: see config/checks.py.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from kecs.audit.standby import STANDBY
from kecs.config.environment import SOURCE_TREE, Environment, var_dir

KECS_VAR_DIR = var_dir()
env = Environment(KECS_VAR_DIR / "kecs.env")

# --- What kind of installation this is ---------------------------------------------------------------------------

KECS_MODE = env.text("KECS_MODE", "production")
DEVELOPMENT = KECS_MODE == "development"
DEBUG = env.flag("KECS_DEBUG", default=False)

SECRET_KEY = env.text("KECS_SECRET_KEY", "not-set: kecs init_development or KECS_SECRET_KEY sets it")
KECS_KEYRING = Path(env.text("KECS_KEYRING", str(KECS_VAR_DIR / "keyring.json")))
# What wraps the keys in that file: a key on a token, as a PKCS#11 URI (pii/hsm.py), or the name of a class of the agency's
# (pii/wrapping.py). Blank: nothing does. The PIN stands here or in the file that the URI names.
KECS_KEYRING_WRAP = env.text("KECS_KEYRING_WRAP")
KECS_KEYRING_PIN = env.text("KECS_KEYRING_PIN")
# Seals backups, and nothing else; a backup never holds the keyring.
KECS_BACKUP_KEY = Path(env.text("KECS_BACKUP_KEY", str(KECS_VAR_DIR / "backup.key")))
KECS_BACKUP_DIR = Path(env.text("KECS_BACKUP_DIR", str(KECS_VAR_DIR / "backups")))

# Links in mails are built from this and never from the Host header.
KECS_ORIGIN = env.text(
    "KECS_ORIGIN", f"http://127.0.0.1:{env.number('PORT', 8000)}" if DEVELOPMENT else ""
).rstrip("/")
HTTPS = KECS_ORIGIN.startswith("https://")
ALLOWED_HOSTS = env.names("KECS_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if DEVELOPMENT else "")
CSRF_TRUSTED_ORIGINS = [KECS_ORIGIN] if HTTPS else []
KECS_TRUSTED_PROXIES = env.number("KECS_TRUSTED_PROXIES", 0)
# On this host; config/gunicorn.py starts so many.
KECS_WEB_PROCESSES = max(1, env.number("KECS_WEB_PROCESSES", os.cpu_count() or 1))
KECS_WEB_THREADS = env.number("KECS_WEB_THREADS", 8)  # of each; they hash passwords too

# --- The agency --------------------------------------------------------------------------------------------------

KECS_AGENCY_NAME = env.text("KECS_AGENCY_NAME")
KECS_HELP_PHONE = env.text("KECS_HELP_PHONE")
KECS_HELP_EMAIL = env.text("KECS_HELP_EMAIL")
# The agency's own words may have a Spanish twin; without one, Spanish pages show the English, marked as such.
KECS_HELP_HOURS = env.text("KECS_HELP_HOURS")
KECS_HELP_HOURS_ES = env.text("KECS_HELP_HOURS_ES")
# Privacy Act of 1974, section 7(b): the agency's counsel supplies these words; there is no default text.
KECS_SSN_NOTICE, KECS_SSN_NOTICE_ES = (
    {
        "mandatory_or_voluntary": env.text(f"KECS_SSN_NOTICE_MANDATORY_OR_VOLUNTARY{ending}"),
        "authority": env.text(f"KECS_SSN_NOTICE_AUTHORITY{ending}"),
        "uses": env.text(f"KECS_SSN_NOTICE_USES{ending}"),
    }
    for ending in ("", "_ES")
)
# Domains of addresses that end when a job ends; "*" stands for one label or more.
KECS_SCHOOL_EMAIL_DOMAINS = env.names(
    "KECS_SCHOOL_EMAIL_DOMAINS", "kyschools.us,*.kyschools.us,k12.*.us,*.k12.*.us,*.edu"
)

# --- Identity rules ----------------------------------------------------------------------------------------------

# The areas 900 to 999 are never issued: development and demonstrations use them in place of people's numbers.
KECS_ALLOW_NEVER_ISSUED_SSN = env.flag("KECS_ALLOW_NEVER_ISSUED_SSN", default=DEVELOPMENT)
# The answer to a search leaves when a whole number of these has passed since it came, so that no clock tells what was
# found. Long enough for the work of nearly all, short enough that nobody notices; each waiting answer keeps a thread.
KECS_SEARCH_TAKES_MS = env.number("KECS_SEARCH_TAKES_MS", 200)
# Which kinds of evidence suffice, each by itself, to open a record to whoever claims it and confirmed an e-mail address.
KECS_EVIDENCE = env.names(
    "KECS_EVIDENCE", "address_on_file,code_to_address,letter_code,staff_check,district_check"
)
KECS_PASSWORD_POLICY = env.text("KECS_PASSWORD_POLICY", "guide")
# What everybody who works here would make a password of, besides the agency's name.
KECS_PASSWORD_WORDS = env.names(
    "KECS_PASSWORD_WORDS",
    "KECS,EPSB,Kentucky,Commonwealth,Frankfort,bluegrass,wildcats,educator,teacher,teaching,school,"
    "credential,certificate,license,maestra,maestro,escuela",
)
# A file of SHA1HEX:count lines, ordered by hash, as breach services offer for download; blank: no list.
KECS_BREACHED_PASSWORDS = env.text("KECS_BREACHED_PASSWORDS")
KECS_ROBOT = env.text("KECS_ROBOT", "altcha")
KECS_ALTCHA_COST = env.number("KECS_ALTCHA_COST", 5000)
KECS_ROBOT_SITE_KEY = env.text("KECS_ROBOT_SITE_KEY")
KECS_ROBOT_SECRET = env.text("KECS_ROBOT_SECRET")
KECS_ROBOT_VERIFY_URL = env.text("KECS_ROBOT_VERIFY_URL")

# --- The desk -------------------------------------------------------------------------------------------------------

# Days on which the agency is closed besides Saturdays and Sundays, as YYYY-MM-DD: no target date of a case counts them.
KECS_HOLIDAYS = env.dates("KECS_HOLIDAYS")

# --- Corrections ----------------------------------------------------------------------------------------------------

# What people are told, in days of work.
KECS_CORRECTIONS_TAKE_DAYS = env.number("KECS_CORRECTIONS_TAKE_DAYS", 10)
# After the decision, documents and the facts that were asked are kept this long, then destroyed.
KECS_DOCUMENTS_KEPT_DAYS = env.number("KECS_DOCUMENTS_KEPT_DAYS", 90)
# The virus scanner: host:port, or the path of clamd's socket; blank where there is none.
KECS_CLAMD = env.text("KECS_CLAMD")

# --- Rooms -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "kecs.config",
    "kecs.ui",
    "kecs.audit",
    "kecs.mail",
    "kecs.guard",
    "kecs.records",
    "kecs.accounts",
    "kecs.assurance",
    "kecs.registration",
    "kecs.corrections",
    "kecs.home",
    "kecs.help",
    "kecs.console",
]

MIDDLEWARE = [
    # Around everything else: what is held back is ready to be sent.
    "kecs.guard.pace.OneTime",
    "kecs.config.request_ids.RequestId",
    "kecs.config.telemetry.middleware.Traced",  # takes itself out where no collector is named
    "kecs.config.metrics.Measured",
    "django.middleware.security.SecurityMiddleware",
    "kecs.config.middleware.ResponseHeaders",
    "csp.middleware.CSPMiddleware",
    # Below the headers: a picture that is opened by itself is a document, which may hold a script.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kecs.accounts.known_devices.cookie.DeviceCookie",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kecs.accounts.open_sessions.time_outs.TimeOuts",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kecs.config.middleware.BadInput",
]

ROOT_URLCONF = "kecs.config.urls"
WSGI_APPLICATION = "kecs.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            # Where Django itself looks, but read by a loader of ours.
            "loaders": [
                (
                    "kecs.ui.once.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kecs.ui.context.site",
                "kecs.console.context.desk",
            ],
        },
    },
]
FORM_RENDERER = "kecs.ui.renderer.Renderer"

# --- Database ----------------------------------------------------------------------------------------------------

KECS_DATABASE_NAMED = bool(env.text("DATABASE_URL", ""))
_URLS = {"default": env.text("DATABASE_URL", f"sqlite:///{KECS_VAR_DIR / 'kecs.sqlite3'}")}
# A standby of the same server, for long reads about nobody in particular: audit/standby.py.
if _STANDBY_URL := env.text("DATABASE_STANDBY_URL", ""):
    _URLS[STANDBY] = _STANDBY_URL
    DATABASE_ROUTERS = ["kecs.audit.standby.StandbyRouter"]
DATABASES = {
    name: dj_database_url.parse(
        url,
        conn_max_age=600,  # a new PostgreSQL connection costs 12 ms of CPU
        conn_health_checks=True,  # and one that a restarted server forgot is replaced, not shown as an error
    )
    for name, url in _URLS.items()
}
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["OPTIONS"] = {
            # A transaction that will write takes its lock at once: no deadlock between two that read first.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    else:
        # A statement that comes for the fifth time on a connection is parsed and planned no more: a quarter of the server's
        # CPU. A pool between us and PostgreSQL must know prepared statements (PgBouncer does from 1.21 on).
        # Whoever cannot reach the server in time is told so; what a web process may wait for is in config/wsgi.py.
        _database["OPTIONS"] = {
            "server_side_binding": True,
            "prepare_threshold": 5,
            "connect_timeout": 5,
            **_database.get("OPTIONS", {}),
        }
# In a web process no statement runs, and none waits for a lock, longer than so many milliseconds. Commands take their time.
KECS_STATEMENT_MS = env.number("KECS_STATEMENT_MS", 10_000)
KECS_LOCK_MS = env.number("KECS_LOCK_MS", 5_000)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the username is unique in any case, by a constraint over its lower-case form that this does not see
    "security.W008",  # the proxy in front redirects to HTTPS
    "security.W021",  # whether to join the browsers' preload list is the agency's decision
]
AUTHENTICATION_BACKENDS = ["kecs.accounts.backend.SignInBackend"]
LOGIN_URL = "/"
LOGIN_REDIRECT_URL = "/home"
LOGOUT_REDIRECT_URL = "/"
# The longest that a link lives; most live for half an hour. accounts/reset_links.py
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60 + 120
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "kecs.accounts.reset_links.ResetLinks"
# "test" makes hashes nearly free, for test runs and for measuring what is not hashing; production refuses it.
KECS_PASSWORD_HASH_COST = env.text("KECS_PASSWORD_HASH_COST", "full")
PASSWORD_HASHERS = [
    "kecs.accounts.hashers.CheapArgon2PasswordHasher"
    if KECS_PASSWORD_HASH_COST == "test"
    else "kecs.accounts.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Hashes at once and waiting in each web process; who finds no place is asked to come back (accounts/hashing.py). Fewer in
# all than the process has threads, so that some are always there for pages; config/checks.py refuses so many at once.
KECS_HASHES_AT_ONCE = env.number(
    "KECS_HASHES_AT_ONCE",
    max(1, min((os.cpu_count() or 1) // KECS_WEB_PROCESSES, KECS_WEB_THREADS - 1)),
)
KECS_HASHES_WAITING = env.number("KECS_HASHES_WAITING", 4 if KECS_PASSWORD_HASH_COST == "full" else 1000)
AUTH_PASSWORD_VALIDATORS = [{"NAME": "kecs.accounts.validators.PasswordPolicy"}]

ACCOUNT_ADAPTER = "kecs.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # our own confirmation: digest at rest, one live token, POST confirms
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger's address gets no mail from us
ACCOUNT_RATE_LIMITS = False  # kecs.guard counts, in the database
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# The pages, forms and secrets of second factors are ours (accounts/factors); the library keeps the table and the step
# between the password and the session.
MFA_ADAPTER = "kecs.accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever has an account may protect it

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "kecs.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A session ends when nobody used it for so long, and in any case so long after the sign-in.
KECS_IDLE_MINUTES = env.number("KECS_IDLE_MINUTES", 30)
KECS_IDLE_MINUTES_STAFF = env.number("KECS_IDLE_MINUTES_STAFF", 15)
KECS_SESSION_HOURS = env.number("KECS_SESSION_HOURS", 12)
SESSION_COOKIE_AGE = KECS_SESSION_HOURS * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "kecs.config.errors.csrf_failure"

# --- Mail --------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "kecs.mail.backend.OutboxBackend"  # everything that sends mail writes to the outbox
KECS_MAIL_TRANSPORT = env.text(
    "KECS_MAIL_TRANSPORT",
    "kecs.mail.transports.EmlFileTransport" if DEVELOPMENT else "django.core.mail.backends.smtp.EmailBackend",
)
KECS_MAIL_DIR = KECS_VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.text("KECS_MAIL_FROM", "no-reply@kecs.example.org" if DEVELOPMENT else "")
# A mailbox for what comes back (kecs bounces): each mail leaves from an address of its own, local+token@domain. Blank: from KECS_MAIL_FROM.
KECS_MAIL_BOUNCES_TO = env.text("KECS_MAIL_BOUNCES_TO")
_smtp = urlsplit(env.text("KECS_SMTP_URL", "smtp://127.0.0.1:25"))
KECS_SMTP_SCHEME = _smtp.scheme
EMAIL_HOST = _smtp.hostname or "127.0.0.1"
EMAIL_PORT = _smtp.port or 25
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_TLS = _smtp.scheme == "smtp+starttls"
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_TIMEOUT = 20

# --- What a browser is told --------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": browsers then send "Origin: null" with our own forms, which the CSRF check must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; health checks come by plain HTTP
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and KECS_TRUSTED_PROXIES else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
# Five documents of 10 MB, for those who are signed in, at two addresses; every other body stays short.
KECS_LONG_BODY = 5 * 10 * 1024 * 1024 + 64 * 1024
KECS_LONG_BODY_PATHS = frozenset({"/corrections", "/corrections/documents"})
# A file of records, by staff who may import: a million people are some 100 MB.
KECS_IMPORT_MOST_BYTES = env.number("KECS_IMPORT_MOST_MB", 512) * 1024 * 1024
# All such files together, as they lie sealed in KECS_VAR_DIR/imports with the reports of their rejected rows.
KECS_IMPORT_FOLDER_MOST_BYTES = env.number("KECS_IMPORT_FOLDER_MOST_MB", 4096) * 1024 * 1024
KECS_IMPORT_PATHS = frozenset({"/desk/imports"})
# Documents pass through memory alone: a temporary file would hold them unsealed. A file of records is sealed on its way to
# the disk.
FILE_UPLOAD_HANDLERS = [
    "kecs.records.uploads.handler.SealingHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = KECS_LONG_BODY
DATA_UPLOAD_MAX_NUMBER_FILES = 10

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("KECS_STATIC_ROOT", str(SOURCE_TREE / "build" / "static")))
STATICFILES_DIRS = [path for path in [SOURCE_TREE / "build" / "assets"] if path.exists()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "kecs.ui.storage.StaticFiles"},
}
WHITENOISE_MAX_AGE = 0  # names that carry a hash are cached for ever all the same

# --- Language, time, logs ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = env.text("KECS_TIME_ZONE", "America/New_York")
USE_TZ = True

LOGGING_CONFIG = "kecs.config.logs.configure"
LOGGING = {"level": env.text("KECS_LOG_LEVEL", "INFO")}

# Who may read /metrics: networks (10.0.0.0/8,127.0.0.1) and whoever has the token; where neither is set, nobody.
KECS_METRICS_FROM = env.names("KECS_METRICS_FROM")
KECS_METRICS_TOKEN = env.text("KECS_METRICS_TOKEN")
# Where the web processes of this host keep their counts; on a disk of its own or in memory, and never backed up.
KECS_METRICS_DIR = Path(env.text("KECS_METRICS_DIR", str(KECS_VAR_DIR / "metrics")))
# The library reads it when it is first imported, and then keeps its numbers in files that all processes share.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(KECS_METRICS_DIR)
# The collector that traces and metrics go to (OTLP over HTTP), by the name that OpenTelemetry gave it; blank: nothing is traced.
KECS_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")
