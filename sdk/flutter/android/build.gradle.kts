group = "dev.portico.flutter"
version = "0.1.0"

plugins {
    id("com.android.library")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "dev.portico.flutter"
    compileSdk = 35

    defaultConfig {
        minSdk = 21
        // No manifestPlaceholders: what a library says of one is final, and porticoRedirectScheme is the app's to say.
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    kotlinOptions {
        jvmTarget = "17"
    }
}

dependencies {
    implementation("androidx.webkit:webkit:1.12.1")
}
