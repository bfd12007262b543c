/// How a container ended, in words for people.
package struct ContainerEnd: Equatable, Sendable, CustomStringConvertible {
    package var exitCode: Int
    /// Whether the host says that the kernel killed it for lack of memory. Hosts learn of it beside the end and may miss it,
    /// and never tell when the kernel took a child and the shell above it passed the exit code on.
    package var lackedMemory: Bool

    package init(exitCode: Int, lackedMemory: Bool) {
        self.exitCode = exitCode
        self.lackedMemory = lackedMemory
    }

    /// 128 and SIGKILL's 9, as shells and runtimes count.
    private static let killed = 137

    package var description: String {
        guard !lackedMemory else { return "exit code \(exitCode), killed for lack of memory (OOMKilled)" }
        let hint = exitCode == Self.killed ? " (killed, as it happens for lack of memory)" : ""
        return "exit code \(exitCode)\(hint)"
    }
}
