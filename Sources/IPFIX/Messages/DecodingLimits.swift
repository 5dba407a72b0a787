// SPDX-License-Identifier: Apache-2.0

/// What one Transport Session may make its decoder keep; each says what happens at the limit.
public struct DecodingLimits: Sendable, Hashable {
    /// A template of more fields is refused and counted; its data stay without template.
    public var fieldsPerTemplate = 1024
    /// Templates of all domains together; one more is refused and counted, those that are known stay.
    public var templates = 4096
    /// Fields of all templates together, with the same consequence.
    public var fields = 1 << 16
    /// A template that came by datagram and was not repeated for this long is void (RFC 7011 §8.4).
    ///
    /// The default is three times the usual ten minutes. A template whose repetitions lie further apart lives three times as long as
    /// the time between its last two.
    public var templateLifetime = Duration.seconds(1800)
    /// Octets of data whose template is not known yet, each Set counted with ``KeptDataSet/cost`` more; a Set that has no room is
    /// skipped and counted.
    public var keptOctets = 1 << 20
    /// Data whose template has not come after this long are dropped and counted.
    ///
    /// The default is a minute, an ordinary interval of template repetition. Longer would read more of what came before the template, at
    /// the risk that the id has been used for another meanwhile (RFC 7011 §9.3).
    public var keptTime = Duration.seconds(60)
    /// Observation Domains whose sequence numbers are followed and which have counts of their own; further ones are decoded as well,
    /// and counted together.
    public var domains = 1024
    /// Whether NetFlow v9 (RFC 3954) is read too.
    public var acceptsNetFlow9 = false

    public init() {}
}
