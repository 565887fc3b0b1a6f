"""What the lines of a format have in common: how the scan finds their fields by counting separators.

A line is fields and *joints* in turn: a joint is the text between two fields, the quotes around fields included, and
the time with what surrounds it. Before the first field and after the last one it may be empty. Each joint begins with a
separator, and no field holds one, but quoted fields, which hold no quote. So a field ends where the next separator
stands or, if it is quoted, the next quote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ovh_weblogs.parsing.formats import Field, Format
from ovh_weblogs.parsing.times import TimeShape

QUOTE = ord('"')
_PRINTABLE = range(ord(" "), ord("~") + 1)
_TAB = ord("\t")


@dataclass(frozen=True)
class Joint:
    """The characters between two fields: ``before`` the time and ``after`` it, if the time is among them.

    The clock itself aside, they are the same on each line of a day; in ``parts``, a zero byte stands for those of the
    time, which change from day to day.
    """

    before: bytes
    time: TimeShape | None = None
    after: bytes = b""

    @property
    def parts(self) -> tuple[bytes, bytes, bytes]:
        """What stands before the clock, the clock as at its beginning, and what stands after it.

        Without a time, all of it stands before.
        """
        start, clock, end = (self.time and self.time.frame) or (b"", b"", b"")
        return self.before + start, clock, end + self.after

    @cached_property
    def length(self) -> int:
        """Bytes, the time included."""
        return sum(map(len, self.parts))

    @cached_property
    def quotes(self) -> int:
        """How many quotes it holds."""
        return self.before.count(b'"') + self.after.count(b'"')

    def marks(self, separators: bytes) -> int:
        """How many quotes and separators it holds, those of the time included."""
        text = b"".join(self.parts)
        return self.quotes + sum(text.count(byte) for byte in separators)


@dataclass(frozen=True)
class Shape:
    """Joints and fields in turn: one joint more than fields."""

    joints: tuple[Joint, ...]
    fields: tuple[Field, ...]

    @cached_property
    def separators(self) -> bytes:
        """The characters that end fields without quotes, in order."""
        ending = [joint for field, joint in zip(self.fields, self.joints[1:], strict=True) if not field.quoted]
        return bytes(sorted({joint.before[0] for joint in ending if joint.before}))

    @cached_property
    def marks(self) -> tuple[int, ...]:
        """How many quotes and separators each joint holds."""
        return tuple(joint.marks(self.separators) for joint in self.joints)

    @cached_property
    def quotes(self) -> int:
        """How many quotes a line has."""
        return sum(joint.quotes for joint in self.joints)

    @cached_property
    def shortest(self) -> int:
        """Bytes that the joints alone have."""
        return sum(joint.length for joint in self.joints)


def shape_of(form: Format) -> Shape | None:
    """The shape of a format's lines; None where they cannot be told apart by counting separators.

    That is so for a time of changing width or without offset, and for fields that letters, digits, signs or controls
    other than a tab end, or that a quote ends which does not begin the field, too.
    """
    if form.time.frame is None:
        return None
    joints, fields = [Joint(b"")], []
    for item in (*form.head, form.brackets[0], None, form.brackets[1], *form.tail):
        if isinstance(item, str):
            joints[-1] = _longer(joints[-1], item)
        elif item is None:
            joints[-1] = Joint(joints[-1].before, form.time)
        else:
            if item.quoted:
                joints[-1] = _longer(joints[-1], '"')
            fields.append(item)
            joints.append(Joint(b'"' if item.quoted else b""))
    shape = Shape(tuple(joints), tuple(fields))
    return shape if _can_be_counted(shape) else None


def _longer(joint: Joint, text: str) -> Joint:
    more = text.encode()
    if joint.time is None:
        return Joint(joint.before + more)
    return Joint(joint.before, joint.time, joint.after + more)


def _can_be_counted(shape: Shape) -> bool:
    texts = b"".join(part for joint in shape.joints for part in joint.parts).replace(b"\0", b"")
    if not all((byte in _PRINTABLE and byte != ord("\\")) or byte == _TAB for byte in texts):
        return False
    inner = shape.joints[1:-1]
    if not all(joint.before for joint in inner) or (shape.joints[-1].time and not shape.joints[-1].before):
        return False
    # The time has signs, digits and letters at places that change: none of them may be a separator.
    return not any(chr(byte).isalnum() or byte in b'+-"' for byte in shape.separators)
