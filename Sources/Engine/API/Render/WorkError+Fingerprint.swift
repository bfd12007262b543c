import Crypto
import Model

extension WorkError {
    /// The same for errors that are alike, whichever chain, node, host or attempt they are of: the first 16 hexadecimal digits of the
    /// SHA-256 of disposition, code and message, with everything in the message that names or counts one thing taken out.
    var fingerprint: String {
        let text = [disposition.rawValue, code.rawValue, message.withoutNames(node)].joined(separator: "\n")
        return SHA256.hash(data: Array(text.utf8)).prefix(8).hexadecimal
    }
}

extension String {
    /// The node's name, words with a digit and words of hexadecimal digits alone become `#`: numbers, ids, addresses, names of objects.
    fileprivate func withoutNames(_ node: String?) -> String {
        split(omittingEmptySubsequences: false) { $0.isWhitespace || "\"'`,:;()[]{}".contains($0) }
            .map { part in
                let name = part.trimmingSuffix { $0 == "." }
                return name.elementsEqual(node ?? "") ? "#" : part.masked
            }
            .joined(separator: " ")
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ condition: (Character) -> Bool) -> Substring {
        self[..<(lastIndex { !condition($0) }.map(index(after:)) ?? startIndex)]
    }

    fileprivate var masked: String {
        split(omittingEmptySubsequences: false) { !$0.isLetter && !$0.isNumber }
            .map { word in
                let isName = word.contains { $0.isNumber } || (word.count >= 4 && word.allSatisfy { $0.isHexDigit })
                return isName ? "#" : word.description
            }
            .joined(separator: "-")
    }
}
