# SPDX-License-Identifier: Apache-2.0
"""An in-memory API server with what a list and watch client needs. Standard library only."""
