"""What is kept of a document, and which files are none: told by what is in them, whatever they are called."""

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.corrections.content import accepted
from kecs.corrections.content.problems import ContentProblem, ContentRefused
from kecs.corrections.kinds import MOST_BYTES
from tests.factories.documents import (
    box,
    chunk,
    exif,
    heic,
    jpeg,
    packed_objects,
    pdf,
    png,
    segment,
    stream,
)


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("a.txt", "hello")
    return made.getvalue()


GOOD = {
    "pdf": (pdf(), "pdf"),
    "pdf 2.0": (pdf(head=b"%PDF-2.0\n"), "pdf"),
    "pdf with links and a first page": (
        pdf(b"<< /OpenAction [2 0 R /Fit] >>", b"<< /A << /S /URI /URI (https://example.org) >> >>"),
        "pdf",
    ),
    "pdf with packed objects": (pdf(packed_objects(b"<< /Type /Font >>")), "pdf"),
    "pdf with a packed page": (pdf(stream(zlib.compress(b"0 0 m (JS) Tj"), b"/Filter /FlateDecode")), "pdf"),
    "pdf with short words in a picture": (pdf(stream(b"\x01/JS \x02/EF ", b"/Filter /DCTDecode")), "pdf"),
    "jpeg": (jpeg(), "jpeg"),
    "jpeg of a phone, with a film behind": (
        jpeg(extra=exif(), after=box(b"ftyp", b"mp42") + b"x" * 99),
        "jpeg",
    ),
    "jpeg with restarts and stuffing": (jpeg(scan=b"\x12\xff\x00\x13\xff\xd0\x14\xff\xd1\x15"), "jpeg"),
    "jpeg that hides an archive behind": (jpeg(after=archive()), "jpeg"),
    "jpeg that says it is a web page": (jpeg(extra=segment(0xFE, b"<script>alert(1)</script>")), "jpeg"),
    "jpeg with a paper before": (jpeg(extra=segment(0xED, b"%PDF-1.7 << /JavaScript >>")), "jpeg"),
    "png": (png(), "png"),
    "png with words": (png(extra=chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")), "png"),
    "png with an archive behind": (png(after=archive()), "png"),
    "heic": (heic(), "heic"),
    "heic with room": (heic(extra=box(b"free", b"<script>")), "heic"),
}
P = ContentProblem
BAD = {
    "nothing": (b"", P.EMPTY),
    "eleven megabytes": (jpeg(scan=b"\x12" * (11 * 1024 * 1024)), P.TOO_LARGE),
    "one byte too many": (b"%PDF-1.7\n" + b" " * MOST_BYTES, P.TOO_LARGE),
    "text": (b"hello", P.OTHER_KIND),
    "a web page": (b"<html><script>alert(1)</script>", P.OTHER_KIND),
    "a drawing": (b"<?xml version='1.0'?><svg/>", P.OTHER_KIND),
    "gif": (b"GIF89a" + bytes(20), P.OTHER_KIND),
    "archive": (archive(), P.OTHER_KIND),
    "a program": (b"MZ" + bytes(60), P.OTHER_KIND),
    "a film": (box(b"ftyp", b"mp42") + box(b"mdat", b"x"), P.OTHER_KIND),
    "a pdf further down": (b"hello\n" + pdf(), P.OTHER_KIND),
    "jpeg cut short": (jpeg()[:-2], P.BROKEN),
    "jpeg cut in its tables": (jpeg()[:40], P.BROKEN),
    "jpeg of three bytes": (b"\xff\xd8\xff", P.BROKEN),
    "jpeg without a scan": (b"\xff\xd8\xff\xd9" + bytes(9), P.BROKEN),
    "jpeg of no size": (jpeg(size=(0, 8)), P.BROKEN),
    "jpeg of 65535 by 65535": (jpeg(size=(65535, 65535)), P.TOO_MANY_PIXELS),
    "jpeg whose scan is a paper": (jpeg(scan=b"%PDF-1.7 /JavaScript"), P.TWOFOLD),
    "jpeg whose scan ends as an archive": (jpeg(scan=b"PK\x05\x06" + bytes(18)), P.TWOFOLD),
    "png cut short": (png()[:-4], P.BROKEN),
    "png with a wrong sum": (png().replace(b"IDAT", b"IDAT", 1)[:-6] + b"\0" + png()[-5:], P.BROKEN),
    "png with less than it says": (png(lines=2), P.BROKEN),
    "png with more than it says": (png(lines=9), P.BROKEN),
    "png that inflates without end": (png(60_000, 60_000, lines=1), P.TOO_MANY_PIXELS),
    "png with a part that nobody knows": (png(extra=chunk(b"ABCD", b"")), P.BROKEN),
    "heic cut short": (heic()[:-1], P.BROKEN),
    "heic with more behind": (heic() + b"hello", P.BROKEN),
    "heic without a picture": (box(b"ftyp", b"heic" + bytes(8)), P.BROKEN),
    "heic of nothing but Exif": (heic(picture=b"Exif").replace(b"grid", b"mime"), P.BROKEN),
    "heic with a picture outside": (heic(far=9_999), P.BROKEN),
    "heic with items of an old kind": (heic().replace(b"infe\2", b"infe\0"), P.BROKEN),
    "heic with a box of another kind": (heic(extra=box(b"uuid", b"<script>")), P.BROKEN),
    "pdf cut short": (pdf()[:-12], P.BROKEN),
    "pdf with no version": (b"%PDF-x\n" + pdf()[9:], P.BROKEN),
    "pdf with more behind": (pdf() + b"MZ" * 20, P.BROKEN),
    "pdf with an archive behind": (pdf() + archive(), P.BROKEN),
    "pdf that is an archive": (pdf(stream(archive()), end=b"startxref\n9\n%%EOF\n"), P.TWOFOLD),
    "pdf that is a web page": (pdf(head=b"%PDF-1.7\n<html><script>alert(1)</script>\n"), P.TWOFOLD),
    "pdf with a program": (pdf(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"), P.ACTIVE),
    "pdf with a program in other letters": (pdf(b"<< /S /J#61vaScr#69pt /J#53 (x) >>"), P.ACTIVE),
    "pdf with a program by its short name": (pdf(b"<< /JS 9 0 R >>"), P.ACTIVE),
    "pdf with a program in packed objects": (pdf(packed_objects(b"<< /S /JavaScript >>")), P.ACTIVE),
    "pdf with both": (pdf(packed_objects(b"<< /S /JavaScrip#74 >>")), P.ACTIVE),
    "pdf whose packed objects have no name": (
        pdf(packed_objects(b"<< /S /JavaScript >>", b"/Filter /FlateDecode")),
        P.ACTIVE,
    ),
    "pdf whose packed objects end badly": (
        pdf(stream(zlib.compress(b"9 0 << /S /JavaScript >>")[:-4] + b"????", b"/Filter /FlateDecode")),
        P.ACTIVE,
    ),
    "pdf whose packed objects break off": (
        pdf(stream(zlib.compress(b"9 0 " + bytes(range(256)) * 9)[:200] + b"\xff" * 90)),
        P.LOCKED,
    ),
    "pdf with objects packed twice": (
        pdf(packed_objects(b"", b"/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]")),
        P.LOCKED,
    ),
    "pdf with objects packed oddly": (
        pdf(packed_objects(b"", b"/Type /Obj#53tm /N 1 /First 4 /Filter /LZWDecode")),
        P.LOCKED,
    ),
    "pdf with objects that were predicted": (
        pdf(packed_objects(b"", b"/N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
        P.LOCKED,
    ),
    "pdf with objects that inflate without end": (pdf(packed_objects(b" " * (65 * 1024 * 1024))), P.LOCKED),
    "pdf that starts a program": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), P.ACTIVE),
    "pdf with a file inside": (pdf(b"<< /Type /EmbeddedFile >>"), P.ACTIVE),
    "pdf with a file inside, said shortly": (pdf(b"<< /Type /Filespec /EF << /F 9 0 R >> >>"), P.ACTIVE),
    "pdf with a form that sends": (pdf(b"<< /S /SubmitForm >>"), P.ACTIVE),
    "pdf with a form of the other sort": (pdf(b"<< /AcroForm << /XFA 9 0 R >> >>"), P.ACTIVE),
    "pdf with a film": (pdf(b"<< /Subtype /RichMedia >>"), P.ACTIVE),
    "pdf with a password": (pdf(end=b"trailer << /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF\n"), P.LOCKED),
    "pdf with a program inside a picture": (pdf(stream(b"x << /S /JavaScript >> x")), P.ACTIVE),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_document_is_known_by_its_content(name):
    data, kind = GOOD[name]
    assert accepted(data).kind == kind


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name):
    data, problem = BAD[name]
    with pytest.raises(ContentRefused) as refused:
        accepted(data)
    assert refused.value.problem is problem


@pytest.mark.parametrize("name", GOOD)
def test_what_is_kept_is_kept_as_it_is_the_next_time(name):
    kept = accepted(GOOD[name][0])
    assert accepted(kept.data) == kept


def test_a_photo_tells_neither_where_it_was_taken_nor_what_it_hides():
    for data, kind in GOOD.values():
        if kind != "pdf":
            kept = accepted(data).data
            for hidden in (b"37.8N", b"<script>", b"%PDF", b"PK", b"mp42"):
                assert hidden not in kept
    kept = accepted(heic(extra=box(b"free", b"<script>"))).data
    assert b"<script>" not in kept
    assert b"leftover" not in kept
    assert b"PICTURE" in kept
    assert b"GRID" in kept
    assert len(kept) == len(heic(extra=box(b"free", b"<script>")))  # its parts point at each other by place


@given(st.data())
def test_no_change_of_a_heic_breaks_the_check(draw):
    photo = bytearray(heic())
    for _byte in range(draw.draw(st.integers(1, 6))):
        photo[draw.draw(st.integers(0, len(photo) - 1))] = draw.draw(st.integers(0, 255))
    try:
        kept = accepted(bytes(photo)).data
    except ContentRefused as refused:
        assert refused.problem
    else:
        assert len(kept) == len(photo)


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_keeps_which_way_is_up(turn):
    kept = accepted(jpeg(extra=exif(turn=turn))).data
    assert kept[2:4] == b"\xff\xe1"
    assert kept[4:].split(b"\x01\x12\0\x03\0\0\0\x01", 1)[1][:2] == bytes([0, turn])


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", heic()[:24]]),
)
def test_no_bytes_break_the_check(junk, start):
    try:
        accepted(start + junk)
    except ContentRefused as refused:
        assert refused.problem


@given(st.sampled_from([data for data, _kind in GOOD.values()]), st.data())
def test_no_change_of_a_byte_breaks_the_check(data, drawn):
    at = drawn.draw(st.integers(0, len(data) - 1))
    changed = data[:at] + bytes([drawn.draw(st.integers(0, 255))]) + data[at + 1 :]
    try:
        accepted(changed)
    except ContentRefused as refused:
        assert refused.problem
