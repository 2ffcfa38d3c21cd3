"""`{% once name ... %}...{% endonce %}`: written once for each language and for the values of these names, and nothing else is seen in it."""

from django.template import Library, TemplateSyntaxError
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.template.loader_tags import BlockNode

from kecs.ui.once import Once

register = Library()


@register.tag("once")
def once(parser: Parser, token: Token) -> Once:
    """The names are of things that the portal knows, never of a person's (tests/rooms/ui/test_once.py lists them)."""
    _tag, *names = token.split_contents()
    nodes = parser.parse(("endonce",))
    parser.delete_first_token()
    if nodes.get_nodes_by_type((BlockNode, CsrfTokenNode)):  # type: ignore[arg-type]  # goes to isinstance
        raise TemplateSyntaxError(
            "A block and a token are another for each page: {% once %} cannot hold them."
        )
    return Once(nodes, tuple(names))
