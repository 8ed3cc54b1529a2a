"""Orders come in here, whoever brings them: webhook, sweep, file, or a person."""

from core.flows.capture.draft import Details as Details
from core.flows.capture.result import Captured as Captured
from core.flows.capture.result import CaptureResult as CaptureResult
from core.flows.capture.result import Change as Change
from core.flows.capture.take_in import capture as capture
