import Foundation
import Programs
import Testing

/// The servers below go away and come back, under load.
@Suite struct ServerTests {
    @Test(.timeLimit(.minutes(20))) func nothingIsLostWhileServersAreAway() async throws {
        try await PrivateServer.with(.postgres, throwaway: false) { postgres, database in
            try await PrivateServer.with(.rabbitmq, throwaway: false) { rabbitmq, broker in
                let servers = try Servers(database: database[0], broker: broker[0], brokerAdministration: broker[1])
                func scene(_ fault: String, _ strike: @escaping @Sendable (Scene) async throws -> Void)
                    -> @Sendable () async throws -> FaultRow
                {
                    {
                        try await MemoryStage.with { stage in
                            try await Scene.play(fault, on: servers, stage: stage) { scene in
                                try await scene.isBusy()
                                try await strike(scene)
                                return 1
                            }
                        }
                    }
                }
                try await play(
                    atOnce: 1,
                    [
                        scene("RabbitMQ restarted") { _ in
                            try await rabbitmq.stop()
                            try await rabbitmq.start()
                        },
                        scene("PostgreSQL restarted") { _ in
                            try await postgres.stop()
                            try await postgres.start()
                        },
                        scene("PostgreSQL away for 20 s") { scene in
                            try await postgres.stop()
                            let before = await scene.history.putOff
                            try await Task.sleep(for: .seconds(20))
                            let told = await scene.history.putOff - before
                            try await postgres.start()
                            guard told > 0 else { throw Failure("nobody was told to try again within 20 s") }
                        },
                    ])
            }
        }
    }
}
