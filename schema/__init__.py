import core.models  # noqa: F401  # every table, so that relations between domains resolve
