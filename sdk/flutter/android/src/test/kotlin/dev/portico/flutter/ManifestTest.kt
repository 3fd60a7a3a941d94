package dev.portico.flutter

import com.android.manifmerger.ManifestMerger2
import com.android.manifmerger.ManifestMerger2.MergeType
import com.android.manifmerger.MergingReport
import com.android.manifmerger.MergingReport.MergedManifestKind
import com.android.utils.StdLogger
import java.io.File
import kotlin.io.path.createTempDirectory
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The manifest, merged as Gradle does it: first as a library's, by its own task, then into that of an app. */
class ManifestTest {
    private val android = File(System.getProperty("android"))
    private val folder = createTempDirectory().toFile()

    @AfterTest
    fun end() {
        folder.deleteRecursively()
    }

    private fun merge(type: MergeType, manifest: File, placeholders: Map<String, String>, library: File? = null) =
        ManifestMerger2.newMerger(manifest, StdLogger(StdLogger.Level.ERROR), type)
            .setPlaceHolderValues(placeholders)
            .apply { library?.let { addLibraryManifest(it) } }
            .merge()

    private fun keep(name: String, text: String) = File(folder, name).apply { writeText(text) }

    private fun inApp(placeholders: Map<String, String>): MergingReport {
        val build = File(android, "build.gradle.kts").readText()
        val own = Regex("""manifestPlaceholders\["(\w+)"] = "([^"]*)"""").findAll(build)
        val text = File(android, "src/main/AndroidManifest.xml").readText()
        // Today's tools take the package from the build file; this version wants it where it used to be.
        val manifest = keep("library.xml", text.replace("<manifest ", "<manifest package=\"dev.portico.flutter\" "))
        val library = merge(MergeType.LIBRARY, manifest, own.associate { it.groupValues[1] to it.groupValues[2] })
        assertEquals(MergingReport.Result.SUCCESS, library.result, library.reportString)
        val merged = keep("merged.xml", library.getMergedDocument(MergedManifestKind.MERGED))
        val app = keep("app.xml", """<manifest package="org.example.superapp"><application /></manifest>""")
        return merge(MergeType.APPLICATION, app, placeholders, merged)
    }

    @Test
    fun `the redirect comes back by the scheme that the app names`() {
        val report = inApp(mapOf("porticoRedirectScheme" to "org.example.superapp"))
        val schemes = Regex("""android:scheme="([^"]*)"""").findAll(report.getMergedDocument(MergedManifestKind.MERGED))
        assertEquals(listOf("org.example.superapp"), schemes.map { it.groupValues[1] }.toList())
        assertEquals(MergingReport.Result.SUCCESS, report.result)
    }

    @Test
    fun `an app that names none is not built, and is told what is missing`() {
        val report = inApp(emptyMap())
        assertEquals(MergingReport.Result.ERROR, report.result)
        assertTrue(report.loggingRecords.any { "porticoRedirectScheme" in it.message })
    }
}
