import FoundationEssentials
import Model
import PostgreSQL
import Testing

@testable import Ledger

@Suite struct StandingTests {
    /// Texts of all kinds that JSON writes in a way of its own.
    private static let texts = [
        "", "plain", "say \"yes\"", "C:\\dir\\n", "one\ntwo\r\t\u{8}\u{c}", "\u{1}\u{1f}\u{7f}", "a/b", "größe 鎖 👩‍🚀", "e\u{301}",
    ]

    private static func node(_ number: Int) -> ObservedNode {
        func text(_ offset: Int) -> String { texts[(number + offset) % texts.count] }
        func optional(_ offset: Int) -> String? { (number + offset).isMultiple(of: 3) ? nil : text(offset) }
        let ports = (0..<number % 3).map { PortAssignment(node: text($0), name: text($0 + 1), port: 20_000 + $0) }
        return ObservedNode(
            name: text(0), state: NodeState.allCases[number % NodeState.allCases.count],
            health: NodeHealth.allCases[number % NodeHealth.allCases.count], restarts: number, incarnation: number - 5,
            generation: number * 1_000_003, ports: ports, object: optional(1), detail: optional(2), machine: optional(3),
            address: optional(4))
    }

    @Test func digestsAreThoseOfTheLedger() async throws {
        try await World.with { world in
            let chain = try await world.runningChain(on: try await world.activeHost())
            for count in 0..<2 * Self.texts.count {
                let nodes = (0..<count).map { Self.node($0 + count) }
                let kept = try await world.pool.session { session in
                    try session.queryOne(
                        "UPDATE chains SET nodes = $2 WHERE id = $1 RETURNING nodes_digest", chain, try StoredJSON.text(nodes)
                    )?.decode("nodes_digest", as: NodesDigest.self)
                }
                #expect(kept == NodesDigest(of: nodes), "\(nodes)")
                #expect(kept != NodesDigest(of: nodes + [ObservedNode(name: "", state: .missing)]))
            }
        }
    }

    @Test func ofWhatIsAsKnownNothingIsTold() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let request = try await world.observe()[0]
            let known = ObservedChain(id: chain, nodes: try await world.ledger.chain(chain).nodes, sequence: request.asOf)
            let stranger = ObservedChain(id: .fresh(), nodes: known.nodes, sequence: request.asOf)
            func standings(_ seen: ObservedChain...) async throws -> [ChainID: ChainStanding] {
                let seen = SeenHost(
                    host: host, number: request.number, asOf: request.asOf, chains: seen,
                    nodes: seen.map { NodesDigest(of: $0.nodes) })
                return try await world.pool.session {
                    try SessionStore(session: $0).standings(
                        [seen], noRepairFailedIn: world.time.now...world.time.now, at: world.time.now)[host] ?? [:]
                }
            }
            #expect(try await standings(known).isEmpty)
            #expect(try await standings() == [chain: ChainStanding(isAtRest: true, isGone: false, isAsKnown: false)])
            #expect(
                try await standings(known, stranger) == [
                    stranger.id: ChainStanding(isAtRest: true, isGone: true, isAsKnown: false)
                ])
            var turned = known
            turned.nodes[0].state = .exited
            #expect(try await standings(turned) == [chain: ChainStanding(isAtRest: true, isGone: false, isAsKnown: false)])
            var ahead = known
            ahead.sequence += 1
            #expect(try await standings(ahead) == [chain: ChainStanding(isAtRest: true, isGone: false, isAsKnown: true)])
            _ = try await world.ledger.request(.stop, chain: chain)
            #expect(try await standings(known)[chain]?.isAtRest == false)
        }
    }
}
