"""A PEC that receives, for tests of those who send: standard library only, on this machine only."""

from ledi.pec.simulator.parameters import PARAMETERS, SCENARIOS, Chosen, ParameterError, Parameters
from ledi.pec.simulator.server import SENHA, USUARIO, Settings, Simulator

__all__ = [
    "PARAMETERS",
    "SCENARIOS",
    "SENHA",
    "USUARIO",
    "Chosen",
    "ParameterError",
    "Parameters",
    "Settings",
    "Simulator",
]
