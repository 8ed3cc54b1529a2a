"""A medium in memory that breaks on demand, and what everybody promises who exchanges files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.errors import BadData, OutcomeUnknown, Retryable
from crossdock.exchange.files import FileAct, InFile, OutFile, Sending
from crossdock.exchange.supplier import FileSupplier
from crossdock.exchange.transport import Listed, Whereabouts
from crossdock.provider import Integration
from crossdock.settings import Settings
from crossdock.supplier import Updates
from crossdock.testing.context import NOON
from crossdock.testing.isolation import no_network
from crossdock.testing.supplier import SupplierContract

_LONGEST_NAME = 128


class Died(BaseException):
    """The process ended here, as far as it could tell."""


@dataclass(slots=True)
class Tray:
    """A `Transport`, and both sides of it. `outbox` is what the other side may read; `sent` all that it ever was given.

    breaks: verb to what happens at its next call: whether before the effect or after it, and what is raised.
    grows: what is added to a file of the inbox while it is read.
    """

    settle_seconds: int = 0
    inbox: dict[str, bytes] = field(default_factory=dict)
    outbox: dict[str, bytes] = field(default_factory=dict)
    sent: list[OutFile] = field(default_factory=list)
    breaks: dict[str, tuple[bool, BaseException]] = field(default_factory=dict)
    grows: dict[str, bytes] = field(default_factory=dict)
    _staged: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def open(self, _settings: Any, _ctx: Any) -> Iterator["Tray"]:
        """As `FileSupplier.opener`."""
        yield self

    def stage(self, file: OutFile) -> None:
        with self._breaking("stage"):
            self._staged[file.name] = file.content

    def release(self, file: OutFile) -> None:
        with self._breaking("release"):
            self.outbox[file.name] = self._staged.pop(file.name)
            self.sent.append(file)

    def whereabouts(self, file: OutFile) -> Whereabouts:
        if file.name in self.outbox:
            return Whereabouts.RELEASED
        return Whereabouts.STAGED if file.name in self._staged else Whereabouts.GONE

    def waiting(self) -> Sequence[Listed]:
        return [
            Listed(name=name, handle=name, size=len(content), mark=str(len(content)))
            for name, content in reversed(self.inbox.items())
        ]

    def read(self, listed: Listed) -> bytes | None:
        if listed.name in self.grows and listed.name in self.inbox:
            self.inbox[listed.name] += self.grows.pop(listed.name)
        return self.inbox.get(listed.handle)

    def remove(self, listed: Listed, archived: str) -> None:  # noqa: ARG002  # it has no archive
        self.inbox.pop(listed.handle, None)

    @contextmanager
    def _breaking(self, verb: str) -> Iterator[None]:
        after, error = self.breaks.pop(verb, (False, None))
        if error is not None and not after:
            raise error
        yield
        if error is not None:
            raise error


_BREAKS: tuple[tuple[str, BaseException], ...] = (
    ("stage", Retryable("The line is cut.")),
    ("release", OutcomeUnknown("The line is cut.")),
    ("stage", Died()),
    ("release", Died()),
)


class FileSupplierContract(SupplierContract):
    """Of a provider that is a `FileSupplier`.

    answers: files of the supplier with news, by name, in the order in which it wrote them. sealed: whether a file that
    is cut off can be told from a whole one, as by a checksum at its end.
    """

    answers: ClassVar[Mapping[str, bytes]]
    sealed: ClassVar[bool] = True

    @pytest.fixture
    def tray(self, subject: Any) -> Tray:
        """The medium, in place of the one that its settings name."""
        assert isinstance(subject, FileSupplier)
        tray = Tray()
        subject.opener = tray.open
        return tray

    @pytest.mark.parametrize("act", FileAct)
    def test_an_act_makes_one_file_and_always_the_same(self, subject: Any, act: FileAct) -> None:
        sending = Sending(act=act, order=self.order, sequence=12, key="a key/7", at=NOON)

        with no_network():
            first, again = subject.form.render(sending), subject.form.render(sending)

        assert first == again
        assert first.content
        assert first.name == Path(first.name).name
        assert first.name.isascii()
        assert len(first.name) <= _LONGEST_NAME

    def test_files_of_other_acts_have_other_names(self, subject: Any) -> None:
        made = [
            subject.form.render(Sending(act=act, order=self.order, sequence=sequence, key=key, at=NOON)).name
            for act in FileAct
            for sequence, key in ((1, "a"), (2, "b"))
        ]

        assert len(set(made)) == len(made)

    def test_a_file_always_says_the_same(self, subject: Any) -> None:
        for name, content in self.answers.items():
            file = InFile(name=name, content=content, read_at=NOON)

            with no_network():
                assert subject.form.parse(file) == subject.form.parse(file)
            assert subject.form.tells_stock(name) is bool(subject.form.parse(file).stock)

    @pytest.mark.parametrize("looks", [False, True], ids=["at once", "looking first"])
    @pytest.mark.parametrize("taken", [False, True], ids=["there", "taken away"])
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize(("verb", "error"), _BREAKS)
    def test_whatever_breaks_a_file_is_sent_once(
        self,
        subject: Any,
        tray: Tray,
        integration: Integration[Settings],
        home: Path,
        verb: str,
        error: BaseException,
        *,
        after: bool,
        taken: bool,
        looks: bool,
    ) -> None:
        ctx = self.context(integration, home, key="submit-1")
        tray.breaks[verb] = (after, error)
        with pytest.raises(type(error)):
            subject.submit(ctx, self.order)
        if taken:
            tray.outbox.clear()

        found = subject.find_submission(ctx, self.order) if looks else None
        submission = found or subject.submit(ctx, self.order)

        assert (found is not None) is (looks and verb == "release" and after)
        assert len(tray.sent) == 1
        assert subject.submit(ctx, self.order).external_id == submission.external_id
        subject.submit(self.context(integration, home, key="submit-2"), self.order)
        assert len({file.name for file in tray.sent}) == len(tray.sent) == 2  # noqa: PLR2004  # one for each key

    def test_the_same_file_again_has_no_effect(
        self, subject: Any, tray: Tray, integration: Integration[Settings], home: Path
    ) -> None:
        tray.inbox.update(self.answers)
        first = self._fetched(subject, integration, home)
        tray.inbox.update({f"{Path(name).stem}-9{Path(name).suffix}": each for name, each in self.answers.items()})

        again = self._fetched(subject, integration, home)

        assert first
        assert again == []

    def test_a_file_that_grows_is_read_when_it_has_settled(
        self, subject: Any, tray: Tray, integration: Integration[Settings], home: Path
    ) -> None:
        name, content = self._told(subject)
        half = len(content) // 2
        tray.settle_seconds = 30
        tray.inbox[name] = content[:half]
        seen = []
        for seconds in (0, 20, 40, 60, 80):
            ctx = self.context(integration, home, now=NOON + timedelta(seconds=seconds))
            seen.append(subject.fetch_updates(ctx))
            if seconds == 20:  # noqa: PLR2004  # between the second look and the third
                tray.inbox[name] = content

        assert [bool(updates.items) for updates in seen] == [False, False, False, False, True]
        assert not any(updates.quarantined for updates in seen)

    def test_a_file_that_grows_while_it_is_read_is_left_for_later(
        self, subject: Any, tray: Tray, integration: Integration[Settings], home: Path
    ) -> None:
        name, content = self._told(subject)
        half = len(content) // 2
        tray.inbox[name], tray.grows[name] = content[:half], content[half:]

        assert subject.fetch_updates(self.context(integration, home)) == Updates()
        assert subject.fetch_updates(self.context(integration, home)).items

    def test_a_file_that_is_cut_off_says_nothing(self, subject: Any) -> None:
        if not self.sealed:
            pytest.skip("Its files have no seal.")
        for name, content in self.answers.items():
            ends = {at for at, byte in enumerate(content) if byte == ord("\n")} | {len(content) // 2, len(content) - 3}
            for end in sorted(ends - {len(content) - 1}):
                with pytest.raises(BadData, match=r"\w+ \w+"):
                    subject.form.parse(InFile(name=name, content=content[: end + 1], read_at=NOON))

    def test_files_that_come_in_another_order_say_the_same(
        self, subject: Any, tray: Tray, integration: Integration[Settings], home: Path
    ) -> None:
        told = []
        for number, answers in enumerate((list(self.answers.items()), list(self.answers.items())[::-1])):
            folder = home / str(number)
            folder.mkdir()
            updates: list[tuple[int, str]] = []
            for name, content in answers:
                tray.inbox[name] = content
                updates += self._fetched(subject, integration, folder)
            told.append(sorted(updates))

        assert told[0] == told[1]

    def _told(self, subject: Any) -> tuple[str, bytes]:
        """A file with news of orders."""
        return next((name, each) for name, each in self.answers.items() if not subject.form.tells_stock(name))

    def _fetched(self, subject: Any, integration: Integration[Settings], home: Path) -> list[tuple[int, str]]:
        """The news that there is, confirmed: sequence and id of each."""
        news = subject.fetch_updates(self.context(integration, home))
        subject.fetch_updates(self.context(integration, home, cursor=news.cursor))
        return [(update.sequence, update.update_id) for update in news.items]
