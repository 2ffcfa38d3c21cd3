"""Which given names are short or spelling forms of one another; called by levels.

The pairs come from the `nicknames` package and are taken both ways, one step only: Kate is Katherine, but
Christopher is not Christine because both are Chris. Sisters and brothers often carry two full names that
old parish registers mixed up (Amelia and Emily, Patrick and Peter), and a twin must never be offered her
twin's record, so such pairs are struck out. Gaps seen in use are filled in.
"""

from functools import lru_cache

from nicknames import name_triplets

# One line per name, then the forms struck from it.
_STRUCK_OUT = """
aaron: erin
aron: erin
aileen: helena
adelbert: albert
albert: elbert
alexander: alexandria
alice: elsie
alicia: elsie
amelia: emily
andrew: andrea
ann: antonia antoinette christiana nancy
anna: bryanna hannah savannah annette
benjamin: jamie
brad: ford
caroline: chick
carol: lynn
charles: carl
derick: frederick
derrick: eric
earnest: ernestine
elaine: eleanor helen helena
eleanor: helena
ella: ellen helen helene
ellen: helen helena helene
emeline: emily emma
emil: emily
emily: emma
frederick: frederica
garrett: jerry
geraldine: jerry
gilbert: wilber
hannah: joanna johannah susan susannah
harold: harry
helen: ellender
james: jem
jane: jean jeanne jessie virginia
janet: jessie jeanette
jeanette: jessie
joan: joanna johannah
johannes: jonathan
johnathan: nathan
jonathan: nathan
julia: jill julie
junior: jr
katherine: lena
catherine: lena casey
kendrick: kenneth kent
kenny: kent
lawrence: laurinda
lois: louise louisa
louis: louise
louisa: eliza
louise: eliza eloise
lucille: lou
margaret: rita gretchen
mariah: mary
maria: mariah marietta
marie: mary marietta rosemary
marsha: mary
mary: marilyn marion maureen rosemary marietta demaris demerias
michael: micah
nicole: nicholette
patrick: peter
paul: polly
robert: bill billy dob dobbin hob hobkin rupert
rodger: bobby
roger: bobby
rosalyn: linda
samuel: samantha
scott: squat
susan: sukey
theresa: traci tracie tracy
veronica: ron franky
virginia: jane
westley: farmboy
wilfred: willie
will: fred wilson
bill: fred
billy: fred
willie: fred wilhelmina
william: bela bell wilma
zachary: zeke
zachery: zeke
"""

# One line per name, then forms the package does not know.
_FILLED_IN = """
abigail: abi
alberto: al beto
alejandra: alex ale sandra
alejandro: alex ale
alexandra: lexi lexie lexa alexa
alexandria: lexi lexie alex
alexis: lex
allison: alli ally
alyson: aly
ana: anita
andrea: andi
andres: andy
antonio: tony toni
brittany: britt
caitlin: cait kate katie
cassandra: cassie
catherine: cate cat kate katie cathryn katherine
concepcion: concha conchita
consuelo: chelo
dolores: lola
eduardo: lalo
elizabeth: liza lisbeth elisabeth beth eliza ellie
enrique: kike quique henry
eric: erik
ernesto: neto
federico: fede
fernando: fernie nando
francisca: paca
francisco: paco pancho frank cisco
geoffrey: jeff jeffrey
gerardo: jerry
graciela: chela
gregorio: greg
guadalupe: lupe lupita
guillermo: memo bill
ignacio: nacho
isabel: isa
jacob: jake
jennifer: jen jenn jenny jennie
jesus: chuy
joaquin: quino
jon: john
jorge: george
jose: joe pepe
josefina: josie pepa
juan: john
katherine: kat katharine katherin kathryn katie kathi kati katya
kathryn: katherine katy kathie
kathleen: kate katie
katelyn: katie
kayla: kay
kristen: kris kristi
krzysztof: chris christopher
lucas: lukas lukasz luke
lukas: lukasz luke
ludmila: luda mila
luis: louis
manuel: manny manolo
margarita: rita
maria: mary
mariana: mari
marc: mark
matthew: mathew
megan: meg meghan
miguel: mike
mikhail: michael misha
mohammed: mohamed muhammad mohammad mo
monica: mona
natalia: natasha nat
nicholas: nikolas nicolas
olga: olya
pablo: paul
patricio: pat
pedro: pete peter
piotr: peter
philip: phillip
rachel: rach
rafael: rafa
ramon: ray
raquel: rachel
ricardo: rick ricky richard
roberto: bob bobby rob beto
rosario: chayo
salvador: sal chava
samantha: sammie
santiago: santi
sean: shawn shaun
sofia: sophia
sophia: sophie
stephanie: steph stefanie
steven: stephen
susana: susie
theodore: theo
tomas: tom thomas
vicente: vince
wilhelm: william
wojciech: wojtek
yolanda: yoli
"""


def are_forms_of_one_name(one: str, other: str) -> bool:
    """Whether two folded given names are a name and its usual short, pet, Spanish or respelt form."""
    return other in forms_of(one)


def forms_of(name: str) -> frozenset[str]:
    """Every other form of a folded given name."""
    return _forms().get(name, frozenset())


def are_names_of_two_people(one: str, other: str) -> bool:
    """Whether two folded given names look alike and are known to be two: Julia and Julie may be sisters."""
    return frozenset((one, other)) in _struck_out()


@lru_cache(maxsize=1)
def _struck_out() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for pair in _pairs(_STRUCK_OUT))


@lru_cache(maxsize=1)
def _forms() -> dict[str, frozenset[str]]:
    struck_out = _struck_out()
    known = [(row.name1, row.name2) for row in name_triplets()]
    forms: dict[str, set[str]] = {}
    for one, other in [*known, *_pairs(_FILLED_IN)]:
        # A single letter, or a form with dots, would act as a wild card.
        usable = one.isalpha() and other.isalpha() and min(len(one), len(other)) > 1 and one != other
        if usable and frozenset((one, other)) not in struck_out:
            forms.setdefault(one, set()).add(other)
            forms.setdefault(other, set()).add(one)
    return {name: frozenset(others) for name, others in forms.items()}


def _pairs(table: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in table.strip().splitlines():
        name, forms = line.split(":")
        pairs.extend((name, form) for form in forms.split())
    return pairs
