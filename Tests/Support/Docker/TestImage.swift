import Curl
public import Foundation
import Synchronization

extension Docker {
    private static let importing = Mutex<[String: Task<Void, any Error>]>([:])

    /// Makes the test image once a process, unless the daemon has it.
    static func image(_ docker: Docker) async throws {
        let task = importing.withLock { running in
            if let running = running[docker.url] { return running }
            let task = Task { try await docker.importBusybox() }
            running[docker.url] = task
            return task
        }
        try await task.value
    }

    private func importBusybox() async throws {
        if try await send("GET", "/images/\(Docker.image)/json").status == 200 { return }
        let root = try Self.busyboxRoot()
        let response = try await client.send(
            Request(
                "POST", .unix(String(url.dropFirst("unix://".count))),
                "/v1.41/images/create?fromSrc=-&repo=continuo-test/busybox&tag=1",
                headers: [("Content-Type", "application/x-tar")], body: .bytes(Array(root))))
        guard response.status == 200 else { throw Unmet("the test image could not be made: status \(response.status)") }
    }

    /// The test image's root as a tar archive.
    public static func busyboxRoot() throws -> Data {
        guard let busybox = FileManager.default.contents(atPath: "/bin/busybox") else {
            throw Unmet("there is no /bin/busybox; ops/install puts it there")
        }
        return ["bin/busybox", "bin/sh"].reduce(Data()) { $0 + entry($1, busybox) } + Data(count: 1024)
    }

    /// One executable file of a tar archive.
    private static func entry(_ name: String, _ content: Data) -> Data {
        var header = Data(count: 512)
        func put(_ text: String, _ offset: Int) { header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8) }
        put(name, 0)
        put("0000755", 100)
        put("0000000", 108)
        put("0000000", 116)
        put(String(repeating: "0", count: 11 - String(content.count, radix: 8).count) + String(content.count, radix: 8), 124)
        put("00000000000", 136)
        put("        ", 148)
        put("0", 156)
        put("ustar", 257)
        put("00", 263)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
        return header + content + Data(count: (512 - content.count % 512) % 512)
    }
}
