import CrashPoints
import Foundation
import Programs
import Testing

/// Programs that die by SIGKILL at numbered places of the road (`CrashPoint`), under load.
@Suite struct CrashTests {
    /// Scenes side by side: most of their time they wait, because the ledger calls an agent gone after 40 s of silence. Each brings
    /// a virtual host of its own, and a broker makes but so many queues at once.
    private static let atOnce = 5

    @Test(.timeLimit(.minutes(30))) func nothingIsLostNorDoneTwiceWhereverAProgramDies() async throws {
        let servers = try Servers.fromEnvironment()
        let repetitions = ProcessInfo.processInfo.environment["CONTINUO_FAULTS_REPEAT"].flatMap { Int($0) } ?? 1
        try await play(
            atOnce: Self.atOnce,
            CrashScene.all.map { crash in
                { @Sendable in
                    try await MemoryStage.with { stage in
                        try await Scene.play(crash.name, on: servers, stage: stage, arms: crash.arms(repetitions)) { scene in
                            try await crash.happens(repetitions, in: scene.fleet)
                        }
                    }
                }
            })
    }
}

/// One kind of program that dies before and after one step.
private struct CrashScene: Sendable {
    enum Victim: String {
        case agent, engine, watchdog
    }

    let victim: Victim
    let before: CrashPoint
    let after: CrashPoint

    var name: String { "\(victim.rawValue) killed \(before), \(after)" }

    /// What takes longest goes first.
    static let all: [CrashScene] = [
        CrashScene(victim: .agent, before: .beforeDeliver, after: .afterDeliver),
        CrashScene(victim: .agent, before: .beforeStarted, after: .afterStarted),
        CrashScene(victim: .agent, before: .beforeAct, after: .afterAct),
        CrashScene(victim: .agent, before: .beforeOutcome, after: .afterOutcome),
        CrashScene(victim: .agent, before: .beforePublish, after: .afterPublish),
        CrashScene(victim: .agent, before: .beforeConfirm, after: .afterConfirm),
        CrashScene(victim: .agent, before: .beforeAck, after: .afterAck),
        CrashScene(victim: .watchdog, before: .beforePublish, after: .afterPublish),
        CrashScene(victim: .watchdog, before: .beforeConfirm, after: .afterConfirm),
        CrashScene(victim: .watchdog, before: .beforeCommit, after: .afterCommit),
        CrashScene(victim: .watchdog, before: .beforeAck, after: .afterAck),
        CrashScene(victim: .engine, before: .beforeInsert, after: .afterInsert),
        CrashScene(victim: .engine, before: .beforeClaim, after: .afterClaim),
        CrashScene(victim: .engine, before: .beforePublish, after: .afterPublish),
        CrashScene(victim: .engine, before: .beforeConfirm, after: .afterConfirm),
        CrashScene(victim: .engine, before: .beforeMark, after: .afterMark),
    ]

    /// Which programs die where: of two agents one dies before the step, the other after it. Any watchdog may be the one that
    /// leads, so both are to die at both places.
    func arms(_ repetitions: Int) -> [Fleet.Seat: [Arm]] {
        let (before, after) = (arms(before, repetitions), arms(after, repetitions))
        return switch victim {
        case .agent: [.agent(1): before, .agent(2): after]
        case .engine: [.engine: before + after]
        case .watchdog: [.watchdog(1): before + after, .watchdog(2): after + before]
        }
    }

    private func arms(_ point: CrashPoint, _ repetitions: Int) -> [Arm] {
        (0..<repetitions).map { Arm(point: point, time: 5 + 3 * $0 % 7) }
    }

    /// Waits until programs have died at both places often enough; returns how often they died.
    func happens(_ repetitions: Int, in fleet: Fleet) async throws -> Int {
        try await eventually("programs have died at both places", patience: .seconds(120 * repetitions)) {
            let deaths = await fleet.deaths
            guard deaths[before, default: 0] >= repetitions, deaths[after, default: 0] >= repetitions else { return nil }
            return deaths.values.reduce(0, +)
        }
    }
}
