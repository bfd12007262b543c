import Agent
import Model
import Testing

@Suite("The endpoints an agent may reach")
struct AllowListTests {
    func allows(_ rules: [String], _ endpoint: String, insecure: Bool = true) throws -> Bool {
        let host = HostTarget(id: .fresh(), driver: .docker, endpoint: endpoint, address: "a", insecure: insecure)
        let list = try EndpointAllowList(rules)
        do {
            try list.check(host)
            return true
        } catch {
            #expect(error.code == .endpointNotAllowed && error.disposition == .terminal)
            return false
        }
    }

    @Test(arguments: [
        (["unix:///run/docker.sock"], "unix:///run/docker.sock", true),
        (["unix:///run/docker.sock"], "unix:///run/docker.sock/../other", false),
        ([], "unix:///run/docker.sock", false),
        (["tcp://10.0.0.0/8"], "tcp://10.1.2.3:2375", true),
        (["tcp://10.0.0.0/8"], "tcp://11.1.2.3:2375", false),
        (["tcp://10.0.0.0/8:2376"], "tcp://10.1.2.3:2375", false),
        (["tcp://10.0.0.0/8:2376"], "tcp://10.1.2.3:2376", true),
        (["tcp://10.0.0.1"], "tcp://10.0.0.1:1", true),
        (["tcp://10.0.0.1:2"], "tcp://10.0.0.1:1", false),
        (["tcp://[fd00::]/8:2376"], "tcp://[fd12::1]:2376", true),
        (["tcp://fd00::/8"], "tcp://[fe80::1]:2376", false),
        (["tcp://10.0.0.0/8"], "tcp://host.example:2375", true),
        (["tcp://10.0.0.0/8", "tcp://192.168.0.0/16:2376"], "tcp://host.example:2375", false),
        (["unix:///x"], "tcp://host.example:2375", false),
        (["tcp://0.0.0.0/0"], "http://10.0.0.1:80", false),
        (["tcp://10.0.0.0/8"], "https://10.1.2.3:6443", true),
        (["tcp://10.0.0.0/8:6443"], "https://10.1.2.3:443", false),
        (["tcp://0.0.0.0/0"], "tcp://10.0.0.1", false),
    ])
    func rules(rules: [String], endpoint: String, isAllowed: Bool) throws {
        #expect(try allows(rules, endpoint) == isAllowed)
    }

    @Test("in clear only where the host says so")
    func insecure() throws {
        #expect(try !allows(["tcp://10.0.0.0/8"], "tcp://10.0.0.1:2375", insecure: false))
        #expect(try allows(["tcp://10.0.0.0/8"], "https://10.0.0.1:6443", insecure: false))
    }

    @Test(arguments: [
        "", "unix://", "unix://relative", "tcp://", "tcp://10.0.0.0/33", "tcp://10.0.0.0/8:0", "tcp://name", "10.0.0.1",
    ])
    func unreadable(_ rule: String) {
        #expect { try EndpointAllowList([rule]) } throws: { "\($0)".contains("unix:///path") }
    }
}
