import FoundationEssentials
import Glibc
import MemoryDriver
import Model

/// Keeps the one memory host of this process, injects its faults and tells its listeners of changes.
actor HostKeeper {
    private var host = MemoryHost()
    private var faults = MemoryFaults()
    private var listeners: [UUID: AsyncStream<Void>.Continuation] = [:]
    private let latency: Duration
    private static let changing: Set<String> = ["create", "start", "stop", "remove"]

    init(latency: Duration) {
        self.latency = latency
    }

    /// One call to the host: first what it takes, then what it does.
    func call<Value: Sendable>(
        _ name: String, _ body: @Sendable (inout MemoryHost) throws(MemoryRefusal) -> Value
    ) async throws -> Value {
        if latency > .zero { try await Task.sleep(for: latency) }
        let fault = faults.take(name)
        if let fault, !fault.afterwards { try await strike(fault) }
        let value = try body(&host)
        if Self.changing.contains(name) { tell() }
        if let fault, fault.afterwards { try await strike(fault) }
        return value
    }

    private func strike(_ fault: MemoryFault) async throws {
        switch fault.action {
        case .refuse(let code): throw MemoryRefusal(code, "an injected fault")
        case .delay(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
        case .die: _exit(1)
        }
    }

    func add(_ fault: MemoryFault) {
        faults.add(fault)
    }

    func clearFaults() {
        faults.clear()
    }

    /// One element for each change from now on; many at once may be one.
    func listen() -> AsyncStream<Void> {
        let id = UUID()
        let (changes, sink) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listeners[id] = sink
        sink.onTermination = { _ in Task { await self.forget(id) } }
        return changes
    }

    private func forget(_ id: UUID) {
        listeners[id] = nil
    }

    private func tell() {
        for listener in listeners.values { listener.yield() }
    }
}
