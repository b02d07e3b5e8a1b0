"""What is told of Lares is what is installed, and survives the way to the client."""

from __future__ import annotations

from importlib import metadata

from wyoming.info import Info

from edge.wyoming.description import ENGINES, PIPER, SPOTTERS, Model, Offer, info, version_of


def test_nothing_offered_is_nothing_described() -> None:
    assert info(Offer()) == Info()


def test_all_that_is_offered_arrives() -> None:
    engine = ENGINES["pocketsphinx"]
    described = info(
        Offer(
            asr=Model("pocketsphinx", "PocketSphinx", engine),
            wake=(Model("okay_nabu", "okay nabu", SPOTTERS["micro"]),),
            tts=Model("en_US-joe-medium", "An American voice", PIPER),
            intent=True,
            handle=True,
        )
    )
    arrived = Info.from_event(described.event())
    assert arrived == described
    assert arrived.asr[0].models[0].version == metadata.version("pocketsphinx")
    assert arrived.asr[0].supports_transcript_streaming
    assert arrived.wake[0].models[0].phrase == "okay nabu"
    assert arrived.tts[0].voices[0].languages == ["en_US"]
    assert arrived.tts[0].supports_synthesize_streaming
    assert arrived.handle[0].supports_home_control
    assert all(p.installed for p in (*arrived.asr, *arrived.tts, *arrived.wake, *arrived.intent))


def test_what_is_not_installed_has_no_version() -> None:
    assert version_of("no-such-package") is None
