"""MQTT alarm panels: armed in one of several ways, disarmed, triggered.

Where the panel wants a code, the service brings it in its field `code`. The code itself may stand
in the configuration; then a wrong one is refused here, as Home Assistant does. `REMOTE_CODE` and
`REMOTE_CODE_TEXT` leave the check to the device.

Source: Home Assistant's documentation of "MQTT alarm control panel".
"""

from __future__ import annotations

from edge.home.components.wiring import Command, Config, Data, Wiring, offered, state_of
from edge.types import LaresError, Message

STATES = (
    "disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass",
    "pending", "arming", "disarming", "triggered",
)  # fmt: skip
ARMS = ("arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass")
"""Services, which are features too."""
REMOTE_CODES = ("REMOTE_CODE", "REMOTE_CODE_TEXT")


def alarm_control_panel(config: Config) -> Wiring:
    """The wiring of an alarm panel."""
    features = config.words("supported_features") or (*ARMS, "trigger")
    code = config.text("code")
    commands = {
        "alarm_disarm": _commands(config, "disarm", "code_disarm_required"),
        **{
            f"alarm_{name}": _commands(config, name, "code_arm_required")
            for name in ARMS
            if name in features
        },
    }
    if "trigger" in features:
        commands["alarm_trigger"] = _commands(config, "trigger", "code_trigger_required")
    number = code == "REMOTE_CODE" or code.isdigit()
    return Wiring(
        config.reader("state_topic", "value_template", state_of({name: name for name in STATES})),
        offered(commands),
        {
            "code_format": ("number" if number else "text") if code else None,
            "code_arm_required": config.flag("code_arm_required", default=True),
        },
    )


def _commands(config: Config, name: str, required: str) -> Command | None:
    send = config.sender("command_topic", "command_template")
    payload = config.text(f"payload_{name}", name.upper())
    code = config.text("code")
    asks = bool(code) and config.flag(required, default=True)
    plain = not config.text("command_template")
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        given = str(data.get("code") or "")
        if asks and (not given or (code not in REMOTE_CODES and given != code)):
            raise LaresError("The alarm needs its code, and this is not it. Say the code with it.")
        return (send(payload) if plain else send(None, action=payload, code=given or None),)

    return command
