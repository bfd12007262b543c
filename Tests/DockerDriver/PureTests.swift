import Curl
import Drivers
import Foundation
import Model
import Testing

@testable import DockerDriver
@testable import DockerEngine

@Suite struct UstarTests {
    @Test func tarReadsWhatIsWritten() throws {
        let deep = "/" + String(repeating: "d/", count: 60) + "file"
        let archive = try Ustar.archive([
            .init(path: "/etc/a", content: Array("hello\n".utf8), mode: 0o400, owner: 1000, group: 1001),
            .init(path: deep, content: [], mode: 0o644, owner: 0, group: 0),
        ])
        #expect(archive.count % 512 == 0)
        #expect(Array(archive[257..<263]) == Array("ustar\0".utf8))
        #expect(String(decoding: archive[0..<5], as: UTF8.self) == "etc/a")
        #expect(String(decoding: archive[100..<107], as: UTF8.self) == "0000400")
        #expect(String(decoding: archive[108..<115], as: UTF8.self) == "0001750")
        #expect(String(decoding: archive[124..<135], as: UTF8.self) == "00000000006")
        #expect(String(decoding: archive[512..<518], as: UTF8.self) == "hello\n")
    }

    @Test func anEndlessPathIsABadPlan() {
        let error = #expect(throws: WorkError.self) {
            try Ustar.archive([
                .init(path: "/" + String(repeating: "x", count: 101), content: [], mode: 0, owner: 0, group: 0)
            ])
        }
        #expect(error?.code == .badPlan)
    }
}

@Suite struct SubnetTests {
    @Test(arguments: [
        ("10.1.2.0/28", "10.1.2.3/24", true), ("10.1.2.0/28", "10.1.2.16/28", false), ("0.0.0.0/0", "192.168.0.0/16", true),
        ("172.17.0.0/16", "172.18.0.0/16", false), ("10.0.0.0/8", "10.255.255.255/32", true),
    ])
    func overlaps(_ one: String, _ other: String, _ expected: Bool) throws {
        let (one, other) = (try #require(Subnet(one)), try #require(Subnet(other)))
        #expect(one.overlaps(other) == expected)
        #expect(other.overlaps(one) == expected)
    }

    @Test func addressesAreCountedFromTheFirst() throws {
        let subnet = try #require(Subnet("10.1.2.19/28"))
        #expect(subnet.description == "10.1.2.16/28")
        #expect(subnet.address(at: 1) == "10.1.2.17")
        #expect(subnet.address(at: 14) == "10.1.2.30")
        #expect(subnet.address(at: 15) == nil)
        #expect(subnet.address(at: 0) == nil)
    }

    @Test(arguments: ["10.1.2.0", "10.1.2/24", "10.1.2.0/33", "10.1.2.256/24", "a.b.c.d/8", "fd00::/8"])
    func whatIsNoSubnetIsRefused(_ text: String) {
        #expect(Subnet(text) == nil)
    }
}

@Suite struct EndpointTests {
    private func host(_ endpoint: String, insecure: Bool = false) -> HostTarget {
        HostTarget(id: .fresh(), driver: .docker, endpoint: endpoint, address: "x", insecure: insecure)
    }

    @Test func socketsAndInsecureAddressesAreRead() throws {
        #expect(try DockerEndpoint.read(host("unix:///run/docker.sock")) == .unix("/run/docker.sock"))
        #expect(
            try DockerEndpoint.read(host("tcp://10.0.0.1:2375", insecure: true)) == .tcp(host: "10.0.0.1", port: 2375, tls: nil))
        #expect(
            try DockerEndpoint.read(host("tcp://[fd00::1]:2375", insecure: true)) == .tcp(host: "fd00::1", port: 2375, tls: nil))
    }

    @Test func clearTextMustBeMeant() {
        let error = #expect(throws: WorkError.self) { try DockerEndpoint.read(host("tcp://10.0.0.1:2375")) }
        #expect(error?.code == .endpointNotAllowed)
    }

    @Test(arguments: ["http://x:1", "unix://run", "tcp://x", "tcp://:1", "tcp://x:0", "tcp://x:65536", "tcp://x/y:1", ""])
    func othersAreRefused(_ endpoint: String) {
        let error = #expect(throws: WorkError.self) { try DockerEndpoint.read(host(endpoint, insecure: true)) }
        #expect(error?.code == .hostUnsupported)
    }
}

@Suite struct VersionTests {
    @Test(arguments: [
        ("1.12", "1.41", "1.41"), ("1.24", "1.43", "1.43"), ("1.44", "1.52", "1.51"), ("1.12", "1.40", nil),
        ("1.52", "1.60", nil),
    ])
    func theNewestCommonVersionIsSpoken(_ oldest: String, _ newest: String, _ expected: String?) throws {
        let agreed = APIVersion.agreed(
            daemonSpeaks: try #require(APIVersion(oldest)), to: try #require(APIVersion(newest)))
        #expect(agreed?.description == expected)
    }
}

@Suite struct RefusalTests {
    static let words: [(Int, String, WorkError.Code, String?)] = [
        (500, "driver failed: Bind for 0.0.0.0:18999 failed: port is already allocated", WorkError.Code.portTaken, "18999"),
        (500, "Error starting userland proxy: listen tcp4 0.0.0.0:5000: bind: address already in use", .portTaken, "5000"),
        (404, "No such image: a:1", .imageMissing, nil), (500, "write x: no space left on device", .noRoom, nil),
        (400, "invalid mount config", .badPlan, nil), (500, "something", .hostRefused, nil),
        (400, "OCI runtime create failed: exec: \"x\": executable file not found in $PATH", .nodeFailed, nil),
    ]

    @Test(arguments: words)
    func theDaemonsWordsAreUnderstood(_ status: Int, _ message: String, _ code: WorkError.Code, _ value: String?) throws {
        let body = try JSONEncoder().encode(["message": message])
        let error = Answer(status: status, body: Array(body)).refusal("doing", node: "n")
        #expect(error.code == code)
        #expect(error.value == value)
        #expect(error.node == "n")
    }

    @Test func whatIsNoJSONIsToldByItsStatus() {
        #expect(Answer(status: 502, body: Array("<html>".utf8)).refusal("doing").message == "doing: status 502")
    }

    @Test func exchangesThatBrokeAreClassed() {
        let endpoint = Endpoint.unix("/x")
        let codes: [(CurlError.Code, WorkError.Code, WorkError.Disposition)] = [
            (.refused, .hostUnreachable, .transient), (.interrupted, .hostUnreachable, .transient),
            (.timeout(.total), .hostSlow, .transient), (.timeout(.connect), .hostUnreachable, .transient),
            (.addressNotAllowed(address: "x"), .endpointNotAllowed, .terminal), (.cancelled, .cancelled, .cancelled),
            (.protocol, .hostUnsupported, .terminal),
        ]
        for (given, code, disposition) in codes {
            let error = WorkError(CurlError(given, "x"), at: endpoint)
            #expect(error.code == code)
            #expect(error.disposition == disposition)
        }
    }
}

@Suite struct LogFrameTests {
    @Test func bothStreamsComeWithoutTheirFrames() {
        let bytes: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 2, 65, 66, 2, 0, 0, 0, 0, 0, 0, 1, 67, 1, 0, 0, 0, 0, 0, 0, 9, 68]
        #expect(LogFrames.payload(of: bytes) == [65, 66, 67, 68])
        #expect(LogFrames.payload(of: []).isEmpty)
        #expect(LogFrames.payload(of: [1, 0, 0]).isEmpty)
    }
}

@Suite struct ContainerStateTests {
    private func container(_ state: String, _ status: String) -> ContainerSummary {
        ContainerSummary(id: "x", labels: [:], state: state, status: status, ports: [])
    }

    @Test func healthIsReadFromTheList() {
        #expect(container("running", "Up 3 minutes (healthy)").health == .healthy)
        #expect(container("running", "Up 1 second (health: starting)").health == .starting)
        #expect(container("running", "Up 3 minutes (unhealthy)").health == .unhealthy)
        #expect(container("running", "Up 3 minutes").health == .unknown)
        #expect(container("restarting", "Restarting (1) 2 seconds ago").health == .unhealthy)
        #expect(container("paused", "Up 3 minutes (Paused)").health == .unhealthy)
        #expect(container("exited", "Exited (0) 1 second ago").health == .unknown)
    }

    @Test func statesAreOurs() {
        #expect(container("paused", "").nodeState == .running)
        #expect(container("created", "").nodeState == .created)
        #expect(container("restarting", "").nodeState == .restarting)
        #expect(container("exited", "").nodeState == .exited)
        #expect(container("dead", "").isDoomed && container("removing", "").isDoomed)
    }
}
