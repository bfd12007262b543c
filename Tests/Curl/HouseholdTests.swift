import Foundation
import Testing

@testable import Curl

/// What a client does to the process it lives in. Each runs in a process of its own.
@Suite(.timeLimit(.minutes(3))) struct HouseholdTests {
    @Test func proxiesOfTheEnvironmentAreIgnored() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:1", 1) }
            unsetenv("no_proxy")
            unsetenv("NO_PROXY")
            let peer = try Peer { connection, _ in
                _ = connection.readHead()
                connection.answer("direct")
            }
            #expect(try await HTTPClient().send(Request("GET", peer.endpoint, "/")).text == "direct")
            peer.close()
        }
    }

    /// A broken connection is an error, not the end of the process by SIGPIPE.
    @Test func noSignalKillsTheProcess() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let certificates = try await Certificates.shared.value
            for isTLS in [false, true] {
                let server = try await Server(tls: isTLS ? .init(identity: certificates.server) : nil)
                let endpoint = server.endpoint(isTLS ? .init(ca: certificates.ca) : nil)
                let isUnderWay = Gate()
                let sent = Tally()
                let endless = AsyncStream<[UInt8]> {
                    if sent.add() == 100 { isUnderWay.open() }
                    return [UInt8](repeating: 0, count: 100_000)
                }
                let upload = Task {
                    try await HTTPClient().send(
                        Request("PUT", endpoint, "/echo", body: .stream(endless), timeouts: Timeouts(total: nil)))
                }
                await isUnderWay.opened()
                await server.stop()
                #expect(await failure(of: { try await upload.value }) == .interrupted)
            }
        }
    }

    /// Neither descriptors nor threads outlive their clients, however their exchanges ended.
    @Test func nothingIsLeftBehind() async {
        await #expect(processExitsWith: .success) {
            let peer = try Peer { connection, _ in
                _ = connection.readHead()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
                connection.readToEnd()
            }
            func useClients(_ count: Int) async throws {
                for number in 0..<count {
                    let client = HTTPClient()
                    let request = Request("GET", peer.endpoint, "/", timeouts: Timeouts(total: nil))
                    let response = try await client.stream(request)
                    if number % 3 == 0 { client.shutdown() }
                    if number % 3 == 1 {
                        let reading = Task { try await response.body.collect() }
                        reading.cancel()
                        _ = await reading.result
                    }
                }
            }
            func census() throws -> Int {
                let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
                let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
                return files + threads
            }
            try await useClients(3)
            let before = try census()
            try await useClients(60)
            // The threads end on their own; a leak of sixty would never get below this.
            while try census() > before + 20 { try await Task.sleep(for: .milliseconds(10)) }
            peer.close()
        }
    }
}
