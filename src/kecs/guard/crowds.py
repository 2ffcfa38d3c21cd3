"""Networks that much comes from: each visitor there is asked for more, and nobody is turned away for what others do."""

from django.forms import Form

from kecs.guard.actions import Count, count, count_together
from kecs.guard.checked import RobotChecked
from kecs.guard.limits import NETWORK, RULES, Limit
from kecs.guard.network import network_of
from kecs.guard.queries import fullest, used

# Limit.SEARCHES_WITHOUT_SCRIPT_PER_NETWORK is not one of them: whoever has script is not asked for more because others have none.
OF_NETWORKS = tuple(
    limit
    for limit, rule in RULES.items()
    if rule.subject == NETWORK and limit is not Limit.SEARCHES_WITHOUT_SCRIPT_PER_NETWORK
)
HARDER, HARDEST = 3, 10  # times the work


def times_the_work(network: str) -> int:
    """How many times the usual work a visitor from this network is asked for: 1, 3 or 10."""
    counts = fullest((limit, network) for limit in OF_NETWORKS)
    if any(counts[limit] > RULES[limit].most for limit in OF_NETWORKS):
        return HARDEST
    return HARDER if any(counts[limit] > _more_asked_over(limit) for limit in OF_NETWORKS) else 1


def box_asked(limit: Limit, network: str) -> bool:
    """Whether the next form of this network that the limit counts must bring the box I'm not a robot, checked."""
    return used(limit, network) >= _more_asked_over(limit)


def counted_here(*, session: tuple[Limit, str], network: tuple[Limit, str], by: str) -> tuple[Count, bool]:
    """Count one try for a browser, which may be refused, and for its network, which is asked for more.

    The count of the one, and whether the other is past its limit.
    """
    counts = {counted.limit: counted for counted in count_together(tries=[session, network], by=by)}
    return counts[session[0]], not counts[network[0]].allowed


def _more_asked_over(limit: Limit) -> int:
    rule = RULES[limit]
    return rule.most if rule.escalate_over is None else rule.escalate_over


class BoxInCrowds(RobotChecked):
    """A form page with the box I'm not a robot on it, where much comes from the visitor's network. Counted by `crowd`."""

    crowd: Limit

    def box_is_due(self) -> bool:
        """Whether the next form will need it."""
        return box_asked(self.crowd, network_of(self.request))

    def passed_in_crowd(self, form: Form) -> bool:
        """Counts the form, and judges the box if it was due. A refusal is put on the form."""
        counted = count(limit=self.crowd, subject=network_of(self.request), by="anonymous")
        return counted.used <= _more_asked_over(self.crowd) or self.robot_passed(form)
