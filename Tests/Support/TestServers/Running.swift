import Logging
public import ServiceLifecycle

/// Runs services while `body` runs, and ends them gracefully.
public func withServices<R: Sendable>(
    _ services: [any Service], _ body: @Sendable () async throws -> R
) async throws -> R {
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: quiet))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let result: Result<R, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try result.get()
    }
}

/// Asks again and again until there is an answer; for what nothing signals, such as a row in a database.
public func eventually<R>(_ what: String, _ ask: () async throws -> R?) async throws -> R {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw NeverHappened(what: what)
}

public struct NeverHappened: Error, CustomStringConvertible {
    let what: String

    public init(what: String) {
        self.what = what
    }

    public var description: String { "for a minute it did not happen that \(what)" }
}
