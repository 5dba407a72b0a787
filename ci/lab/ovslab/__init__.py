# SPDX-License-Identifier: Apache-2.0
"""A multi-node Open vSwitch lab on one machine, in network namespaces. The command line is ovslab.commandline."""
