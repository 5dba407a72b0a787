// SPDX-License-Identifier: Apache-2.0

public import CommandEntry
public import PacketCapture

/// A capture that is not there stops the program before it has begun.
extension CaptureError: CannotStart {}
