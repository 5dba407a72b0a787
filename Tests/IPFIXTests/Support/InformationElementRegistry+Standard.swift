// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Schemas

extension InformationElementRegistry {
    /// Of all files that the programs have.
    static func standard() throws -> Self { try standard(files: Schemas.elementFiles) }
}
