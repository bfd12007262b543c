import Model
import Scripted
import Testing

@testable import KubernetesDriver

/// How the cluster's API is spoken, where its server does what a real one does seldom.
@Suite struct ClientTests {
    private func names(_ cluster: Cluster) async throws -> [String] {
        try await cluster.list(PodObject.self, Scope(cluster.installation)).items.map(\.metadata.name)
    }

    // MARK: Lists

    @Test func aListIsReadPageByPage() async throws {
        try await ScriptedCluster.using { number, call in
            switch call.query["continue"] {
            case nil: .pods(["a", "b"], version: "7", next: "two")
            case "two": .pods(["c"], version: "7", next: "three/+=")
            case "three/+=": .pods(["d"], version: "7")
            default: .failure(400)
            }
        } body: { cluster, script in
            let listed = try await cluster.list(PodObject.self, Scope(cluster.installation))
            #expect(listed.items.map(\.metadata.name) == ["a", "b", "c", "d"] && listed.version == "7")
            #expect(script.calls.count == 3 && script.calls.allSatisfy { $0.query["limit"] == "500" })
        }
    }

    /// A page may be asked for too late; and then the next one too, if the whole is that long.
    @Test func aListWhosePagesAreForgottenIsReadAtOnce() async throws {
        try await ScriptedCluster.using { _, call in
            if call.query["limit"] == nil { return .pods(["a", "b", "c"], version: "9") }
            return call.query["continue"] == nil ? .pods(["a"], next: "two") : .failure(410)
        } body: { cluster, script in
            let read = try await names(cluster)
            #expect(read == ["a", "b", "c"])
            #expect(script.calls.count == 3)
        }
    }

    @Test func noItemsAreNone() async throws {
        try await ScriptedCluster.using { _, _ in
            ScriptedAnswer(200, #"{"metadata":{"resourceVersion":"3","continue":""},"items":null}"#)
        } body: { cluster, _ in
            let read = try await names(cluster)
            #expect(read.isEmpty)
        }
    }

    // MARK: Watches

    /// Looks until a pod of that name is there.
    private func follow(_ cluster: Cluster, until name: String) async throws -> Bool {
        try await cluster.follow(PodObject.self, Scope(cluster.installation), until: .now + .seconds(60)) { pods in
            pods.contains { $0.metadata.name == name }
        }
    }

    @Test func aWatchGoesOnWhereTheLastOneEnded() async throws {
        try await ScriptedCluster.using { _, call in
            switch call.watchedFrom {
            case nil: .pods(["a"], version: "10")
            case "10":
                .events([
                    ScriptedAnswer.event("MODIFIED", "a", version: "11"),
                    #"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"20"}}}"#,
                ])
            case "20": .events([ScriptedAnswer.event("ADDED", "b", version: "21")])
            default: .failure(400)
            }
        } body: { cluster, script in
            let isSeen = try await follow(cluster, until: "b")
            #expect(isSeen)
            #expect(script.calls.map(\.watchedFrom) == [nil, "10", "20"])
        }
    }

    /// Clusters say it by their status, or in the watch.
    @Test(arguments: [ScriptedAnswer.failure(410), .events([ScriptedAnswer.gone])])
    func whatIsForgottenIsListedAnew(_ expired: ScriptedAnswer) async throws {
        try await ScriptedCluster.using { number, call in
            switch (number, call.watchedFrom) {
            case (1, nil): .pods(["a"], version: "10")
            case (_, nil): .pods(["a", "b"], version: "500")
            default: expired
            }
        } body: { cluster, script in
            let isSeen = try await follow(cluster, until: "b")
            #expect(isSeen)
            #expect(script.calls.map(\.watchedFrom) == [nil, "10", nil])
        }
    }

    @Test func aWatchThatEndsAtOnceIsNotAskedForWithoutAPause() async throws {
        try await ScriptedCluster.using { number, call in
            if call.watchedFrom == nil { return .pods(["a"], version: "10") }
            return .events(number < 5 ? [] : [ScriptedAnswer.event("ADDED", "b", version: "11")])
        } body: { cluster, script in
            let isSeen = try await follow(cluster, until: "b")
            #expect(isSeen)
            #expect(script.calls.count == 5 && script.rests == [.milliseconds(100), .milliseconds(100), .milliseconds(100)])
        }
    }

    @Test func anEventOfWhatIsGoneTakesItAway() async throws {
        try await ScriptedCluster.using { _, call in
            call.watchedFrom == nil
                ? .pods(["a"], version: "10") : .events([ScriptedAnswer.event("DELETED", "a", version: "11")])
        } body: { cluster, _ in
            let isGone = try await cluster.follow(
                PodObject.self, Scope(cluster.installation), until: .now + .seconds(60)
            ) { $0.isEmpty }
            #expect(isGone)
        }
    }

    // MARK: Patience

    @Test(arguments: [429, 500, 502, 503, 504])
    func whoAsksForPatienceGetsIt(_ status: Int) async throws {
        try await ScriptedCluster.using { number, _ in
            number < 3 ? .failure(status, after: number == 1 ? "2" : "600") : .pods(["a"])
        } body: { cluster, script in
            let read = try await names(cluster)
            #expect(read == ["a"])
            // An agent's term does not last for ever.
            #expect(script.rests == [.seconds(2), .seconds(5)])
        }
    }

    @Test func aWatchIsAskedForAgainToo() async throws {
        try await ScriptedCluster.using { number, call in
            switch number {
            case 1: .pods(["a"], version: "10")
            case 2: .failure(429, after: "1")
            case 3: .failure(503)
            default: .events([ScriptedAnswer.event("ADDED", "b", version: "11")])
            }
        } body: { cluster, script in
            let isSeen = try await follow(cluster, until: "b")
            #expect(isSeen)
            #expect(script.calls.map(\.watchedFrom) == [nil, "10", "10", "10"])
            #expect(script.rests == [.seconds(1), .milliseconds(400)])
        }
    }

    @Test func patienceEndsWithTheClustersOwnWords() async throws {
        try await ScriptedCluster.using { _, _ in
            .failure(503, "etcd is away", after: "Wed, 21 Oct 2099 07:28:00 GMT")
        } body: { cluster, script in
            let error = await #expect(throws: WorkError.self) { _ = try await names(cluster) }
            #expect(error?.code == .hostRefused && error?.disposition == .transient)
            #expect(error?.message.contains("etcd is away") == true)
            // A date is not read: longer each time.
            #expect(script.calls.count == 4 && script.rests == [200, 400, 800].map { .milliseconds($0) })
        }
    }

    @Test func whatIsRefusedForGoodIsAskedOnce() async throws {
        for status in [400, 401, 403, 404, 409, 422] {
            try await ScriptedCluster.using { _, _ in
                .failure(status)
            } body: { cluster, script in
                await #expect(throws: WorkError.self) { _ = try await names(cluster) }
                #expect(script.calls.count == 1 && script.rests.isEmpty)
            }
        }
    }

    // MARK: Versions

    @Test(arguments: [
        ("1", "20", "v1.20.2"), ("1", "20+", "v1.20.15-gke.2500"), ("1", "31+", "v1.31.4-eks-2d5f260"), ("1", "34", "v1.34.1"),
        ("1", "29", "v1.29.3+k3s1"), ("2", "0", "v2.0.0"),
    ])
    func clustersFromOneTwentyOnAreServed(major: String, minor: String, version: String) async throws {
        try await ScriptedCluster.using { _, call in
            call.path == "/version"
                ? ScriptedAnswer(
                    200,
                    #"{"major":"\#(major)","minor":"\#(minor)","gitVersion":"\#(version)","emulationMajor":"1","platform":"linux/arm64"}"#
                )
                : .failure(404)
        } body: { cluster, _ in
            let found = try await cluster.version()
            #expect(found.gitVersion == version)
        }
    }

    @Test(arguments: [
        #"{"major":"1","minor":"19","gitVersion":"v1.19.16"}"#,
        #"{"major":"","minor":"","gitVersion":"v0.0.0-master+$Format:%h$"}"#,
        #"{"paths":["/api"]}"#, "<html>",
    ])
    func othersAreUnsupported(_ text: String) async throws {
        try await ScriptedCluster.using { _, _ in
            ScriptedAnswer(200, text)
        } body: { cluster, _ in
            let error = await #expect(throws: WorkError.self) { _ = try await cluster.version() }
            #expect(error?.code == .hostUnsupported && error?.disposition == .terminal)
        }
    }
}
