/// Where something stands in a blueprint: its path, and the line and column (from 1) of its file.
struct Place: Sendable, Hashable {
    var path: String
    var line: Int?
    var column: Int?

    static let root = Place(path: "")

    func member(_ key: String) -> Place {
        Place(path: path.isEmpty ? key : "\(path).\(key)", line: line, column: column)
    }

    func item(_ index: Int) -> Place {
        Place(path: "\(path)[\(index)]", line: line, column: column)
    }
}
