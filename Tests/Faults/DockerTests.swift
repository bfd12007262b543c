import Foundation
import Programs
import Testing

/// A Docker daemon goes away with its containers and comes back, while chains are made and removed on it.
@Suite struct DockerTests {
    @Test(.timeLimit(.minutes(20))) func nothingIsLostWhenDockerIsRestarted() async throws {
        let servers = try Servers.fromEnvironment()
        try await PrivateServer.with(.docker) { docker, urls in
            try await docker.makeImage(on: urls[0])
            let stage = DockerStage(socket: String(urls[0].dropFirst("unix://".count)))
            defer { stage.end() }
            try await play(
                atOnce: 1,
                [
                    {
                        try await Scene.play("dockerd restarted", on: servers, stage: stage, clients: 4, requests: 16) { scene in
                            try await scene.isBusy()
                            try await docker.stop()
                            try await docker.start()
                            return 1
                        }
                    }
                ])
        }
    }
}

extension PrivateServer {
    /// The image of the chains.
    fileprivate func makeImage(on url: String) async throws {
        let script = "DOCKER_HOST='\(url)' '\(Self.repository)/ops/images/litecoin'"
        try await Self.run(["/bin/bash", "-c", script])
    }
}
