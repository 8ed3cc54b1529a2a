"""Plugins: found by entry point, enabled by plugins.toml, checked, and refused one by one with a reason."""

from core.plugins.bound import BoundProvider as BoundProvider
from core.plugins.hooks import Fault as Fault
from core.plugins.hooks import Hooks as Hooks
from core.plugins.load import load as load
from core.plugins.problem import Problem as Problem
from core.plugins.registry import LoadedIntegration as LoadedIntegration
from core.plugins.registry import LoadedPlugin as LoadedPlugin
from core.plugins.registry import Registry as Registry
