// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// The facts of a connection that do not move with time, with who is the authority for each. Verdicts merge on their own.
enum FactFields {
    static let all: [(FlowField, FlowFieldDefinition.Owner)] = FlowSchema.fields
        .filter { definition in
            let isFact = definition.owner != .eachNode || definition.field == .flowType
            let isMeasure = definition.storage == .interval
            // What has no element no exporter tells.
            let isTold = definition.elements != .none
            return isFact && isTold && !isMeasure && !VerdictFields.ingress.contains(definition.field)
                && !VerdictFields.egress.contains(definition.field)
        }
        .map { ($0.field, $0.owner) }

    /// The labels that go with a pod's name.
    static let labels: [FlowField: FlowField] = [
        .sourcePodName: .sourcePodLabels, .sourcePodNamespace: .sourcePodLabels,
        .destinationPodName: .destinationPodLabels, .destinationPodNamespace: .destinationPodLabels,
    ]
}
