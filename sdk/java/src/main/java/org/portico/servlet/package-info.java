/** Portico in servlet containers (Jakarta Servlet 6.0): a filter for launch tokens and a receiver of logout tokens. */
package org.portico.servlet;
