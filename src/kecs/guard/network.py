"""Which network a request comes from, for limits; headers count only as far as our own proxies wrote them."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
_SUBSCRIBER_BITS = (
    64  # an IPv6 household or office gets a /64 at least: within it addresses are free to change
)


def client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The address that the outermost proxy of ours saw, or the peer's; None when neither is an address.

    KECS_TRUSTED_PROXIES proxies each append to X-Forwarded-For; what stands further left was written by the client.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    hops: int = settings.KECS_TRUSTED_PROXIES
    forwarded = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if 0 < hops <= len(forwarded):
        return _address(forwarded[-hops]) or peer
    return peer


def network_of(request: HttpRequest) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: the subject of limits per network."""
    match client_address(request):
        case IPv6Address() as address:
            return str(IPv6Network((address.packed, _SUBSCRIBER_BITS), strict=False))
        case None:
            return UNKNOWN
        case address:
            return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:443
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
