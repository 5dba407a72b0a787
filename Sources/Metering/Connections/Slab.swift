// SPDX-License-Identifier: Apache-2.0

/// Elements by number. They lie in segments, so that growing neither moves nor doubles what is there.
struct Slab<Element: Sendable>: Sendable {
    private static var segmentLength: Int { 1024 }

    private var segments: [[Element]] = []
    private(set) var count: UInt32 = 0

    subscript(slot: UInt32) -> Element {
        get { segments[Int(slot) / Self.segmentLength][Int(slot) % Self.segmentLength] }
        _modify { yield &segments[Int(slot) / Self.segmentLength][Int(slot) % Self.segmentLength] }
    }

    mutating func append(_ element: Element) {
        if Int(count) == segments.count * Self.segmentLength {
            segments.append([])
            segments[segments.count - 1].reserveCapacity(Self.segmentLength)
        }
        segments[segments.count - 1].append(element)
        count += 1
    }
}
