import Foundation
import Ledger
import Model
import Testing

/// A machine's clock was two hours ahead for a while: what it stamped keeps nobody waiting for two hours.
@Suite struct ClockJumpTests {
    private static let ahead = 7200.0

    @Test func anAgentThatWasHeardInTheFutureIsGoneWhenItFallsSilent() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (_, creation) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            world.time.move(Self.ahead)
            try await world.heartbeat()
            world.time.move(-Self.ahead)
            #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 0)
            world.time.move(39)
            #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 0, "its silence begins when the clock is right")
            world.time.move(2)
            #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 1)
            #expect(try await world.status(creation.id) == .retrying)
        }
    }

    @Test func aRetryThatIsDueInTheFutureIsSent() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            world.time.move(Self.ahead)
            try await world.finish(command, WorkError(.transient, .hostUnreachable, "connection refused"))
            world.time.move(-Self.ahead)
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 1)
        }
    }

    @Test func aHostThatWasAskedInTheFutureIsLookedAtAgain() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            world.time.move(Self.ahead)
            #expect(try await world.observe().count == 1)
            world.time.move(-Self.ahead)
            let request = try await world.observe()[0]
            // And what is to rest for a while rests no longer.
            world.time.move(Self.ahead)
            let away = WorkError(.transient, .hostUnreachable, "no answer")
            let observation = Report.Observation(host: host, number: request.number, asOf: 0, result: .failed(away))
            #expect(try await world.take(.observation(observation)).isEmpty)
            world.time.move(-Self.ahead)
            #expect(try await world.observe().count == 1)
        }
    }

    @Test func workThatEndedInTheFutureHidesNoDrift() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            world.time.move(Self.ahead)
            let chain = try await world.runningChain(on: host)
            world.time.move(-Self.ahead)
            let request = try await world.observe()[0]
            try await world.see(host, number: request.number, asOf: request.asOf, [], digest: "nothing")
            #expect(try await world.ledger.newestOperation(of: chain)?.kind == .repair)
        }
    }

    @Test func aFailedChainRestsAMinuteAndNoLonger() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.apply(making: true)
            let command = try await world.receiveOne()
            try await world.start(command)
            world.time.move(Self.ahead)
            try await world.finish(command, WorkError(.terminal, .imageMissing, "no such image"))
            world.time.move(-Self.ahead)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 1)
        }
    }
}
