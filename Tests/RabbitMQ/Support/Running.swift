import Logging
import RabbitMQ
import ServiceLifecycle

/// Runs services while `body` does its work, then stops them gracefully and waits until they have ended.
func running<R: Sendable>(_ services: any Service..., body: () async throws -> R) async throws -> R {
    let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: .quiet))
    async let life: Void = group.run()
    do {
        let result = try await body()
        await group.triggerGracefulShutdown()
        try await life
        return result
    } catch {
        await group.triggerGracefulShutdown()
        try? await life
        throw error
    }
}

/// Runs a service while `body` does its work, then cancels it, so that it ends without finishing what it holds.
func abandoning<R: Sendable>(_ service: any Service, body: () async throws -> R) async throws -> R {
    let life = Task { try await service.run() }
    defer { life.cancel() }
    let result = try await body()
    life.cancel()
    try await life.value
    return result
}

extension Logger {
    /// Says nothing: what a test wants to know it asks.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension AsyncStream<ConnectionState> {
    /// The first state of the kind.
    func first(_ isWanted: (ConnectionState) -> Bool) async -> ConnectionState? {
        for await state in self where isWanted(state) { return state }
        return nil
    }

    /// Why the connection was lost or could not be made, once that has been tried.
    func firstError() async -> BrokerError? {
        for await case .disconnected(let error) in self where error.code != .stopped { return error }
        return nil
    }

    func untilConnected() async {
        _ = await first { $0 == .connected }
    }
}
