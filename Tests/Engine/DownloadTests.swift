import Testing

@testable import Engine

@Suite struct ZipArchiveTests {
    @Test func theChecksumIsTheStandardOne() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }

    /// Somebody else's reader finds the files, their contents and their modes.
    @Test func anotherProgramReadsIt() async throws {
        let entries = [
            ZipArchive.Entry(name: "org1/msp/keystore/key.pem", content: Array("key\n".utf8)),
            ZipArchive.Entry(name: "größe.txt", content: Array(repeating: 0x41, count: 70_000), mode: 0o644),
            ZipArchive.Entry(name: "empty", content: []),
        ]
        let read = try await Python.run(
            """
            import sys, zipfile
            archive = zipfile.ZipFile(sys.argv[1])
            assert archive.testzip() is None
            for entry in archive.infolist():
                content = archive.read(entry).decode()
                print(entry.filename, oct(entry.external_attr >> 16), len(content), content[:3].strip())
            """, on: ZipArchive.bytes(entries))
        #expect(read == "org1/msp/keystore/key.pem 0o100600 4 key\ngröße.txt 0o100644 70000 AAA\nempty 0o100600 0 \n")
        let empty = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).namelist())"
        #expect(try await Python.run(empty, on: ZipArchive.bytes([])) == "[]\n")
    }
}

@Suite struct AcceptTests {
    @Test(
        arguments: [
            (nil, "application/json"), ("application/zip", "application/zip"), ("application/json", "application/json"),
            ("*/*", "application/json"), ("application/*", "application/json"), ("application/zip;q=0, */*", "application/json"),
            ("application/json;q=0.5, application/ZIP ; q=0.8", "application/zip"), ("text/html", "application/json"),
            ("*/*;q=0.1, application/zip", "application/zip"), ("", "application/json"),
        ] as [(String?, String)])
    func theTypeLikedBestIsSent(field: String?, type: String) {
        #expect(Accept(field).preferred(of: ["application/json", "application/zip"]) == type)
    }
}
