# SPDX-License-Identifier: Apache-2.0
"""What ci/faults is made of: loads whose every octet is known, programs to kill, and bad paths between them."""
