import DockerDriver
import DockerSupport
import Drivers
import Model
import Synchronization
import Testing

/// Images that the daemon lacks, and whose names say where they are.
@Suite(.serialized)
struct RegistryTests {
    private func converge(
        image: String, _ field: DockerField, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws(WorkError) -> (ChainWork, ObservedChain) {
        let work = SampleChain.work(SampleChain.plan(nodes: 1, image: image))
        let context = WorkContext(
            installation: field.installation, vaults: field.context.vaults, mayAct: {}, progress: progress)
        return (work, try await DockerDriver(client: field.docker.client).converge(work, on: field.host, context))
    }

    @Test func anImageIsPulledAndItsProgressTold() async throws {
        try await Registry.using { registry in
            try await DockerField.using { field in
                let image = "\(registry.address)/pulled:1"
                let steps = Mutex<[Progress]>([])
                let (work, chain) = try await converge(image: image, field) { step in steps.withLock { $0.append(step) } }
                #expect(chain.nodes.map(\.health) == [.healthy])
                let pulling = steps.withLock { $0 }.filter { $0.step.contains("pulling \(image)") }
                #expect(pulling.last.map { $0.done == 1 && $0.total == 1 } == true)
                _ = try await DockerDriver(client: field.docker.client).converge(work.absent, on: field.host, field.context)
                try await field.docker.call("DELETE", "/images/\(image)")
            }
        }
    }

    @Test func anImageThatTheRegistryDoesNotHaveIsTerminal() async throws {
        try await Registry.using { registry in
            try await DockerField.using { field in
                let error = await #expect(throws: WorkError.self) {
                    try await converge(image: "\(registry.address)/pulled:2", field)
                }
                #expect(error?.code == .imageMissing && error?.disposition == .terminal)
            }
        }
    }

    /// Nobody listens on port 9.
    @Test func aRegistryThatIsAwayIsTriedAgain() async throws {
        try await DockerField.using { field in
            let error = await #expect(throws: WorkError.self) { try await converge(image: "127.0.0.1:9/pulled:1", field) }
            #expect(error?.code == .imageMissing && error?.disposition == .transient)
        }
    }
}
