"""Orders, their lines, holds, payments and risks."""
