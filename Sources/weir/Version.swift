// SPDX-License-Identifier: Apache-2.0

/// What `weir --version` says.
let version = "0.1.0"
