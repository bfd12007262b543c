import Foundation
import Ledger
import Model
import PostgreSQL
import Testing

/// A watchdog that was stopped past its term and goes on: none of its passes writes anything.
@Suite struct FenceTests {
    private struct Pass: Sendable, CustomTestStringConvertible {
        let name: String
        let run: @Sendable (Ledger, UUID) async throws -> Void

        var testDescription: String { name }
    }

    private static let passes = [
        Pass(name: "sendDueRetries") { _ = try await $0.sendDueRetries(as: $1) },
        Pass(name: "dispatchWaiting") { _ = try await $0.dispatchWaiting(as: $1) },
        Pass(name: "closeLostAttempts") { _ = try await $0.closeLostAttempts(as: $1) },
        Pass(name: "followParents") { _ = try await $0.followParents(as: $1) },
        Pass(name: "expireLeases") { _ = try await $0.expireLeases(as: $1) },
        Pass(name: "fillPools") { _ = try await $0.fillPools(as: $1) },
        Pass(name: "replaceFailed") { _ = try await $0.replaceFailed(as: $1) },
        Pass(name: "probeAgain") { _ = try await $0.probeAgain(as: $1) },
        Pass(name: "sweepOrphans") { _ = try await $0.sweepOrphans(as: $1) },
        Pass(name: "prune") { _ = try await $0.prune(as: $1) },
        Pass(name: "forgetAnswers") { _ = try await $0.forgetAnswers(as: $1) },
        Pass(name: "claimObservations") { _ = try await $0.claimObservations(as: $1) },
        Pass(name: "sendAgain") { _ = try await $0.sendAgain($0.missingCommands(), as: $1) },
    ]

    @Test func everyPassIsHere() throws {
        let functions = try Self.sources("Ledger").flatMap { $0.components(separatedBy: "public func ").dropFirst() }
        let fenced = functions.filter { $0.prefix(while: { $0 != "{" }).contains("as leader: UUID") }
        #expect(fenced.map { String($0.prefix { $0 != "(" }) }.sorted() == Self.passes.map(\.name).sorted())
    }

    /// Beside them the clocks only take and end their term, and read.
    @Test func theClocksDoNothingWithoutAPass() throws {
        let calls = try Self.sources("Watchdog/Clocks").flatMap { $0.matches(of: /ledger\.(\w+)\(/).map { String($0.1) } }
        #expect(Set(calls) == Set(Self.passes.map(\.name) + ["holdTerm", "endTerm", "missingCommands"]))
    }

    private static func sources(_ folder: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/\(folder)")
        let files = FileManager.default.enumerator(at: root.standardizedFileURL, includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map {
            try String(contentsOf: $0, encoding: .utf8)
        }
    }

    @Test(arguments: passes)
    private func aPassOutsideItsTermWritesNothing(pass: Pass) async throws {
        try await World.with { world in
            try await world.makeWorkForEveryClock()
            let next = UUID()
            try await world.ledger.endTerm(leader: world.leader)
            #expect(try await world.ledger.holdTerm(leader: next, for: .seconds(60)))
            let before = try await world.everything()
            #expect(await error { try await pass.run(world.ledger, world.leader) } == .notLeading)
            #expect(try await world.everything() == before)
        }
    }
}

extension World {
    /// A retry is due, an agent is lost, a lease is over, a pool is empty, a chain has failed, a host was late, a look is due.
    fileprivate func makeWorkForEveryClock() async throws {
        let host = try await activeHost(capacity: 8)
        _ = try await createChain(on: host)
        let retried = try await receiveOne()
        try await start(retried)
        try await finish(retried, WorkError(.transient, .hostUnreachable, "connection refused"))
        _ = try await apply(ttl: 1, making: true)
        try await serve()
        _ = try await apply(holder: "late", making: true)
        let failed = try await receiveOne()
        try await start(failed)
        try await finish(failed, WorkError(.terminal, .imageMissing, "no such image"))
        _ = try await ledger.createHost(Self.newHost("late"))
        let probe = try await receiveOne()
        try await start(probe)
        try await finish(probe, WorkError(.terminal, .hostUnsupported, "another kind of host"))
        _ = try await createChain(on: host)
        try await start(try await receiveOne())
        _ = try await ledger.createPool(name: "warm", plan: Self.plan(), parameters: Self.parameters, warm: .chains(1))
        time.move(120)
        try await attend()
    }

    /// All rows of all tables but the leader's own.
    fileprivate func everything() async throws -> [String] {
        try await pool.session { session in
            let tables = try session.query(
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'leaders'"
            ).map { try $0.decode("name", as: String.self) }
            #expect(tables.contains("operations"))
            return try tables.sorted().flatMap { table in
                try session.query("SELECT row_to_json(t)::text AS row FROM \(table) t ORDER BY 1").map {
                    "\(table) \(try $0.decode("row", as: String.self))"
                }
            }
        }
    }
}
