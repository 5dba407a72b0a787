# SPDX-License-Identifier: Apache-2.0
"""What ci/benchmark-transport is made of: receivers, and the search for the rates at which they lose nothing."""
