import Programs
import Testing

/// Plays scenes side by side, a few at a time, prints the table of what came of them, and fails when anything was found.
func play(atOnce width: Int, _ scenes: [@Sendable () async throws -> FaultRow]) async throws {
    var waiting = scenes[...]
    var rows: [FaultRow] = []
    await withTaskGroup(of: Result<FaultRow, any Error>.self) { group in
        func next() {
            guard let scene = waiting.popFirst() else { return }
            group.addTask { do { return .success(try await scene()) } catch { return .failure(error) } }
        }
        for _ in 1...width { next() }
        for await result in group {
            switch result {
            case .success(let row):
                rows.append(row)
                print(row.text)
                if !row.isClean { Issue.record("\(row.fault), injected \(row.times) times:\n\(row.details)") }
            case .failure(let error): Issue.record(error)
            }
            next()
        }
    }
    print(([FaultRow.head] + rows.sorted { $0.fault < $1.fault }.map(\.text)).joined(separator: "\n"))
}
