"""What is the same for everybody who reads a language is written once in a process, and not for every page.

A template loader, which TEMPLATES in the settings names. It joins text, translations of literals, addresses without arguments and
names of static files, where they stand beside each other, into one node that keeps what it wrote, for each language. The tag `once`
(templatetags/once.py) does the same for a part that depends on a few values besides.
"""

from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby
from typing import Any

from django.template import Context, Origin, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# For each part: a stranger who sends ever new values makes it forget, and not grow.
MOST = 256


class Once(Node):
    """Nodes that depend on nothing but the language and the values of `names`. Nothing else is in sight while they are written, so
    nothing of a person can be kept."""

    child_nodelists = ()

    def __init__(self, nodes: Iterable[Node], names: tuple[str, ...] = ()) -> None:
        self.nodes, self.names = NodeList(nodes), names
        self.written: dict[Hashable, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """As it was written before, where it was."""
        values = tuple([_as_key(context.get(name, "")) for name in self.names])
        # A string that is marked safe equals one that is not.
        key = (get_language(), context.autoescape, values, tuple([type(value) for value in values]))
        try:
            written = self.written.get(key)
        except TypeError:  # values that cannot be compared
            return self._write(values, context)
        if written is None:
            if len(self.written) >= MOST:
                self.written.clear()
            written = self.written[key] = self._write(values, context)
        return written

    def _write(self, values: tuple[Any, ...], context: Context) -> SafeString:
        alone = Context(dict(zip(self.names, values, strict=True)), autoescape=context.autoescape)
        with alone.bind_template(context.template):  # type: ignore[arg-type]  # there is one while a node is written
            return self.nodes.render(alone)


def _as_key(value: Any) -> Any:
    told = value() if callable(value) else value
    return tuple(told) if isinstance(told, list) else told


def same_for_all(node: Node) -> bool:
    """Whether what this writes depends on nothing but the language. What is not known here is written for each page."""
    match node:
        case TextNode():
            return True
        case TranslateNode():
            return not (node.asvar or node.message_context) and _literal(node.filter_expression)
        case URLNode():
            return not (node.asvar or node.args or node.kwargs) and _literal(node.view_name)
        case StaticNode():
            return not node.varname and _literal(node.path)
        case _:
            return False


def _literal(expression: FilterExpression) -> bool:
    return not expression.filters and (not expression.is_var or expression.var.literal is not None)


def join(nodes: NodeList) -> None:
    """In this list, and in all lists inside of it."""
    joined: list[Node] = []
    left = [node for node in nodes if not isinstance(node, CommentNode | LoadNode)]
    for same, run in groupby(left, key=same_for_all):
        together = list(run)
        text_alone = all(isinstance(node, TextNode) for node in together)
        joined += [Once(together)] if same and not text_alone else together
    nodes[:] = joined
    for node in nodes:
        for inner in _lists_of(node):
            join(inner)


def _lists_of(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (inner for _condition, inner in node.conditions_nodelists)
        return
    for name in node.child_nodelists:
        inner = getattr(node, name, None)
        if isinstance(inner, NodeList):
            yield inner


class _Joining(base.Loader):
    """Below the loader that keeps templates, so that each is joined once."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        join(template.nodelist)
        return template


class Loader(cached.Loader, _Joining):
    """Django's own, which keeps each template that it once read."""
