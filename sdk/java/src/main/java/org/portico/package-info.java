/**
 * Portico for Java back ends: whose launch token is this, and what do they allow now?
 *
 * <p>{@link org.portico.Portico} answers from memory while the feed is live, and asks Portico otherwise. The servlet
 * filter on top of it is in {@code org.portico.servlet}.
 */
package org.portico;
