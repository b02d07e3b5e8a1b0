"""The sentences that PocketSphinx can hear, as a JSGF grammar made from a home's vocabulary.

JSGF (JSpeech Grammar Format, a W3C note of June 2000) writes rules of words: `a | b` is a choice,
`[a]` may be left out, `<rule>` is put in place. The rules cover what the skills can do — switching,
light, covers, locks, climate, media, vacuum, timers and questions about states — with the names of
this home, its areas and its floors wherever a thing can stand.

PocketSphinx copies a rule into every place that names it, so a rule with all names in it is named
three times only: once for orders and twice for questions. What can stand before and after the
things is therefore not told apart by the verb ("lock the lamp to red" can be heard), which costs no
accuracy worth the memory: with a rule a verb, decoding took 246 MB and eight times as long, and
heard the same.
"""

from __future__ import annotations

from edge.voice.vocabulary import COLORS, KINDS, NUMBERS, STATES, Vocabulary

_RULES = """
public <command> = [<polite>] (<order> | <timer> | <ask>) [please | now] | <answer>;
<polite> = please | can you | could you | would you | i want you to;

<order> = <verb> <things> [<how> [<place>]];
<verb> = (turn | switch) (on | off) | turn | switch | turn up | turn down | set | change | make
    | increase | decrease | dim | brighten | open | close | shut | raise | lower | stop | start |
    lock | unlock | pause | play | resume | skip | next | previous | mute | unmute | activate | run
    | press | send | return | dock | clean | vacuum | (set | change | increase | decrease | turn up
    | turn down | raise | lower) the <quality>
      (of | on | in | for);
<how> = on | off | up | down | halfway | home | back | to (its | the) (base | dock) | [to] <color>
    | brighter | darker | dimmer | warmer | cooler | [<quality>] (to | by) <amount>;

<ask> = (is | are | are there any) <things> <state> [<place>]
    | (what | which | how many) <kind> (is | are) <state> [<place>]
    | (what is | what's) [the <quality> (of | on | in) | the (state | status | level) of] <things>
    | how (warm | cold | hot) is it [<place>] | what time is it;

<timer> = (set | start) a timer for <time> | (set | start) a <time> timer;
<time> = <number> (second | seconds | minute | minutes | hour | hours);

<answer> = yes [please] | no | stop | cancel | never mind | thank you;

<things> = [<all>] <thing> [<place>];
<thing> = <name> | <name> and the <name> | (<area> | <floor>) <kind> | <kind> | <quality> | it |
them
    | everything;
<all> = the | my | all | all the | all of the | any | every;
<place> = (in | on | of) [the] (<area> | <floor>) | upstairs | downstairs | everywhere | here
    | in here | in this room;
<quality> = brightness | color | volume | temperature | position | humidity;
<amount> = <number> [percent | degrees] | half | maximum | minimum;
<number> = <ten> [<digit>] | <small> | <digit> | [one | a] hundred;
"""


def jsgf(vocabulary: Vocabulary) -> str:
    """The grammar's text. Its words are lower-case; its public rule is `<command>`."""
    names = vocabulary.spoken_names() or KINDS
    areas = vocabulary.spoken_areas() or ("room",)
    floors = vocabulary.spoken_floors() or ("upstairs", "downstairs")
    lists = {
        "name": names,
        "area": areas,
        "floor": floors,
        "kind": KINDS,
        "color": COLORS,
        "state": STATES,
        "digit": NUMBERS[1:10],
        "small": (NUMBERS[0], *NUMBERS[10:20]),
        "ten": NUMBERS[20:100:10],
    }
    sentences = vocabulary.spoken_sentences()
    if sentences:
        lists["own"] = sentences
    own = " | <own>" if sentences else ""
    rules = _RULES.replace("thank you;", f"thank you{own};")
    written = (f"<{rule}> = {' | '.join(texts)};" for rule, texts in lists.items())
    return "\n".join(["#JSGF V1.0;", "grammar home;", rules, *written, ""])


def words(vocabulary: Vocabulary) -> frozenset[str]:
    """All words of the grammar."""
    text = "".join(line for line in jsgf(vocabulary).splitlines(keepends=True)[2:])
    for sign in "()[]|=;":
        text = text.replace(sign, " ")
    return frozenset(word for word in text.split() if word != "public" and not word.startswith("<"))
