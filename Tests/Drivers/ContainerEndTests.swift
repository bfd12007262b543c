import Drivers
import Testing

struct ContainerEndTests {
    @Test(arguments: [
        (1, false, "exit code 1"),
        (137, false, "exit code 137 (killed, as it happens for lack of memory)"),
        (137, true, "exit code 137, killed for lack of memory (OOMKilled)"),
    ])
    func isToldInWords(exitCode: Int, lackedMemory: Bool, words: String) {
        #expect("\(ContainerEnd(exitCode: exitCode, lackedMemory: lackedMemory))" == words)
    }
}
