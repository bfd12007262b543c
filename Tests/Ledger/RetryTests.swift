import FoundationEssentials
import Ledger
import Model
import Testing

/// Operations whose work is asked for once more.
@Suite struct RetryTests {
    private static let terminal = WorkError(.terminal, .imageMissing, "no such image")
    private static let transient = WorkError(.transient, .hostUnreachable, "connection refused")

    @Test func aFailedCreationIsMadeGood() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, operation) = try await world.createChain(on: host)
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, Self.terminal)
            #expect(try await world.ledger.chain(chain.id).phase == .failed)
            let again = try await world.ledger.retry(operation.id)
            #expect(again.id != operation.id && again.kind == .create && again.status == .sent)
            #expect(try await world.ledger.chain(chain.id).phase == .creating)
            try await world.serve()
            let running = try await world.ledger.chain(chain.id)
            #expect(running.phase == .running && running.desired == chain.desired && running.reason == nil)
            #expect(try await world.status(operation.id) == .failed)
        }
    }

    @Test func whatWaitsForItsNextAttemptIsSentAtOnce() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (_, operation) = try await world.createChain(on: host)
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, Self.transient)
            #expect(try await world.status(operation.id) == .retrying)
            let hurried = try await world.ledger.retry(operation.id)
            #expect(hurried.id == operation.id && hurried.status == .sent && hurried.attempt == 2)
            #expect(try await world.receiveOne().attempt.number == 2)
        }
    }

    @Test func whatIsUnderWayOrDoneOrOvertakenIsRefused() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, creation) = try await world.createChain(on: host)
            let sent = await error { try await world.ledger.retry(creation.id) }
            #expect(sent?.conflictCode == "not-retryable")
            try await world.serve()
            let done = await error { try await world.ledger.retry(creation.id) }
            #expect(done?.conflictCode == "not-retryable")
            let stop = try await world.ledger.request(.stop, chain: chain.id).operation
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, Self.terminal)
            _ = try await world.ledger.request(.start, chain: chain.id)
            let overtaken = await error { try await world.ledger.retry(stop.id) }
            #expect(overtaken?.conflictCode == "not-retryable")
            let unknown = OperationID.fresh()
            let missing = await error { try await world.ledger.retry(unknown) }
            #expect(missing == .notFound(what: "operation", id: unknown.description))
        }
    }

    @Test func aCancelledDeletionIsTakenUpAgain() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 1)
            let chain = try await world.runningChain(on: host)
            _ = try await world.createChain(on: host)
            let deletion = try await world.ledger.request(.delete, chain: chain).operation
            _ = try await world.ledger.cancel(deletion.id)
            #expect(try await world.ledger.chain(chain).phase == .failed)
            let again = try await world.ledger.retry(deletion.id)
            #expect(again.kind == .delete && again.status == .queued)
            #expect(try await world.ledger.chain(chain).phase == .deleting)
            try await world.serve()
            #expect(try await world.ledger.chain(chain).phase == .gone)
            let over = await error { try await world.ledger.retry(deletion.id) }
            #expect(over?.conflictCode == "not-retryable")
        }
    }

    /// What was under way ends well, and settles nothing that was cancelled.
    @Test(arguments: [OperationKind.delete, .reset, .stop])
    func whatIsCancelledWhileItWaitsIsNeverDone(kind: OperationKind) async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, _) = try await world.createChain(on: host)
            let creation = try await world.receiveOne()
            try await world.start(creation)
            let waiting = try await world.ledger.request(kind, chain: chain.id).operation
            _ = try await world.ledger.cancel(waiting.id)
            world.time.move(1)
            try await world.finish(creation)
            let left = try await world.ledger.chain(chain.id)
            #expect(left.phase == .failed && left.reason?.hasPrefix("cancelled") == true)
            #expect(try await world.count("subnets WHERE chain = '\(chain.id)'") == 1)
            // Nor is it made good as drift.
            world.time.move(1)
            let request = try await world.observe()[0]
            let seen = ObservedChain(id: chain.id, nodes: left.nodes, sequence: request.asOf)
            try await world.see(host, number: request.number, asOf: request.asOf, [seen], digest: "seen")
            #expect(try await world.receive().isEmpty)

            #expect(try await world.ledger.retry(waiting.id).kind == kind)
            try await world.serve()
            let done: ChainPhase = [.delete: .gone, .stop: .stopped][kind] ?? .running
            #expect(try await world.ledger.chain(chain.id).phase == done)
        }
    }

    /// What was under way gets another port meanwhile, and goes on to make what it was to make.
    @Test func whatIsCancelledIsNotTakenOverWithAnotherPort() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, _) = try await world.createChain(on: host)
            let creation = try await world.receiveOne()
            try await world.start(creation)
            let deletion = try await world.ledger.request(.delete, chain: chain.id).operation
            _ = try await world.ledger.cancel(deletion.id)
            let port = try #require(chain.ports.first?.port)
            try await world.finish(creation, WorkError(.transient, .portTaken, "taken", value: "\(port)"))
            let again = try await world.receiveOne()
            let desired = try #require(again.work?.desired)
            #expect(desired.power == .running && desired.generation > chain.desired.generation)
            #expect(again.work?.ports.first.map { $0.port != port } == true)
            try await world.start(again)
            try await world.finish(again)
            #expect(try await world.ledger.chain(chain.id).phase == .failed)
            #expect(try await world.ledger.chain(chain.id).desired.generation > desired.generation)
        }
    }

    @Test func aHostThatCouldNotBeReachedIsProbedAgain() async throws {
        try await World.with { world in
            let (host, probe) = try await world.ledger.createHost(World.newHost("one"))
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, Self.terminal)
            #expect(try await world.ledger.host(host.id).status == .unreachable)
            let again = try await world.ledger.retry(probe.id)
            #expect(again.kind == .hostCreate && again.id != probe.id)
            try await world.serve()
            #expect(try await world.ledger.host(host.id).status == .active)
        }
    }
}
