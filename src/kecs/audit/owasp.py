"""PURE. The names under which programs that watch logs know events: OWASP's Application Logging Vocabulary, and a few of ours in its style."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Owasp(StrEnum):
    """The whole vocabulary, used here or not, so that a name that nobody knows cannot be declared."""

    AUTHN_LOGIN_SUCCESS = "authn_login_success"
    AUTHN_LOGIN_SUCCESSAFTERFAIL = "authn_login_successafterfail"
    AUTHN_LOGIN_FAIL = "authn_login_fail"
    AUTHN_LOGIN_FAIL_MAX = "authn_login_fail_max"
    AUTHN_LOGIN_LOCK = "authn_login_lock"
    AUTHN_PASSWORD_CHANGE = "authn_password_change"  # noqa: S105 - a word, not a password
    AUTHN_PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105
    AUTHN_IMPOSSIBLE_TRAVEL = "authn_impossible_travel"
    AUTHN_TOKEN_CREATED = "authn_token_created"  # noqa: S105
    AUTHN_TOKEN_REVOKED = "authn_token_revoked"  # noqa: S105
    AUTHN_TOKEN_REUSE = "authn_token_reuse"  # noqa: S105
    AUTHN_TOKEN_DELETE = "authn_token_delete"  # noqa: S105
    AUTHZ_FAIL = "authz_fail"
    AUTHZ_CHANGE = "authz_change"
    AUTHZ_ADMIN = "authz_admin"
    CRYPT_DECRYPT_FAIL = "crypt_decrypt_fail"
    CRYPT_ENCRYPT_FAIL = "crypt_encrypt_fail"
    EXCESS_RATE_LIMIT_EXCEEDED = "excess_rate_limit_exceeded"
    UPLOAD_COMPLETE = "upload_complete"
    UPLOAD_STORED = "upload_stored"
    UPLOAD_VALIDATION = "upload_validation"
    UPLOAD_DELETE = "upload_delete"
    INPUT_VALIDATION_FAIL = "input_validation_fail"
    INPUT_VALIDATION_DISCRETE_FAIL = "input_validation_discrete_fail"
    MALICIOUS_EXCESS_404 = "malicious_excess_404"
    MALICIOUS_EXTRANEOUS = "malicious_extraneous"
    MALICIOUS_ATTACK_TOOL = "malicious_attack_tool"
    MALICIOUS_CORS = "malicious_cors"
    MALICIOUS_DIRECT_REFERENCE = "malicious_direct_reference"
    PRIVILEGE_PERMISSIONS_CHANGED = "privilege_permissions_changed"
    SENSITIVE_CREATE = "sensitive_create"
    SENSITIVE_READ = "sensitive_read"
    SENSITIVE_UPDATE = "sensitive_update"
    SENSITIVE_DELETE = "sensitive_delete"
    SEQUENCE_FAIL = "sequence_fail"
    SESSION_CREATED = "session_created"
    SESSION_RENEWED = "session_renewed"
    SESSION_EXPIRED = "session_expired"
    SESSION_USE_AFTER_EXPIRE = "session_use_after_expire"
    SYS_STARTUP = "sys_startup"
    SYS_SHUTDOWN = "sys_shutdown"
    SYS_RESTART = "sys_restart"
    SYS_CRASH = "sys_crash"
    SYS_MONITOR_DISABLED = "sys_monitor_disabled"
    SYS_MONITOR_ENABLED = "sys_monitor_enabled"
    USER_CREATED = "user_created"
    USER_UPDATED = "user_updated"
    USER_ARCHIVED = "user_archived"
    USER_DELETED = "user_deleted"
    # Ours: a claim is no authorization yet, "this wasn't me" no logging out, and a whole number no page among others.
    CLAIM_MADE = "claim_made"
    CLAIM_CONTESTED = "claim_contested"
    CLAIM_EVIDENCE = "claim_evidence"
    CLAIM_UNFROZEN = "claim_unfrozen"
    DISAVOW_CLAIM = "disavow_claim"
    DISAVOW_ADDRESS = "disavow_address"
    DISAVOW_CORRECTION = "disavow_correction"
    DISAVOW_RECOVERY = "disavow_recovery"
    REVEAL_SSN = "reveal_ssn"


class Level(StrEnum):
    """How loudly the vocabulary says it."""

    INFO = "INFO"
    WARN = "WARN"
    CRITICAL = "CRITICAL"


# As the vocabulary has it; all others are WARN. Of ours, a claim is INFO until somebody says that it is false.
_LEVELS: Mapping[Owasp, Level] = MappingProxyType(
    {
        **dict.fromkeys(
            [
                Owasp.AUTHN_LOGIN_SUCCESS,
                Owasp.AUTHN_LOGIN_SUCCESSAFTERFAIL,
                Owasp.AUTHN_PASSWORD_CHANGE,
                Owasp.AUTHN_TOKEN_CREATED,
                Owasp.AUTHN_TOKEN_REVOKED,
                Owasp.UPLOAD_COMPLETE,
                Owasp.UPLOAD_STORED,
                Owasp.UPLOAD_VALIDATION,
                Owasp.UPLOAD_DELETE,
                Owasp.SESSION_CREATED,
                Owasp.SESSION_RENEWED,
                Owasp.SESSION_EXPIRED,
                Owasp.CLAIM_MADE,
                Owasp.CLAIM_CONTESTED,
                Owasp.CLAIM_EVIDENCE,
                Owasp.CLAIM_UNFROZEN,
            ],
            Level.INFO,
        ),
        **dict.fromkeys(
            [
                Owasp.AUTHN_PASSWORD_CHANGE_FAIL,
                Owasp.AUTHN_IMPOSSIBLE_TRAVEL,
                Owasp.AUTHN_TOKEN_REUSE,
                Owasp.AUTHZ_FAIL,
                Owasp.MALICIOUS_EXTRANEOUS,
                Owasp.MALICIOUS_ATTACK_TOOL,
                Owasp.MALICIOUS_CORS,
                Owasp.MALICIOUS_DIRECT_REFERENCE,
                Owasp.SEQUENCE_FAIL,
                Owasp.SESSION_USE_AFTER_EXPIRE,
                Owasp.DISAVOW_CLAIM,
                Owasp.DISAVOW_ADDRESS,
                Owasp.DISAVOW_CORRECTION,
                Owasp.DISAVOW_RECOVERY,
            ],
            Level.CRITICAL,
        ),
    }
)


def level_of(name: Owasp | None, *, is_alarm: bool = False) -> Level:
    """Of an event with this name, or with none; what the security officer looks at is no mere INFO."""
    level = _LEVELS.get(name, Level.WARN) if name else Level.INFO
    return Level.WARN if is_alarm and level is Level.INFO else level
